"""The parser's events, from libyaml where there is one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

# libyaml where PyYAML was built with it (its wheels are): the same events, twenty times faster.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def events(text: str) -> Iterator[Any]:
    """A text's events as they are read.

    Raises:
        yaml.YAMLError: on the way, the text is not YAML from here on.
    """
    return yaml.parse(text, Loader=LOADER)
