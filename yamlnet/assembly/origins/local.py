"""Files of this machine."""

from __future__ import annotations

import os

from yamlnet.assembly.addresses import Address
from yamlnet.assembly.origins.origin import Fetched, Unreachable
from yamlnet.diagnostics.diagnostic import YamlnetError
from yamlnet.syntax.parse import SUFFIXES, read_bytes


def fetch(address: Address, revision: str) -> Fetched:
    """Read a file by its path; a missing one is told with the nearest name beside it."""
    real = os.path.realpath(address.path)
    if os.path.islink(address.path) and not real.lower().endswith(SUFFIXES):
        raise Unreachable(f'"{address.path}" is a link to something that is no blueprint')
    try:
        return Fetched(read_bytes(address.path))
    except YamlnetError as error:
        hint = f"; {error.hint}" if error.hint else ""
        raise Unreachable(f"{error}{hint}") from None
