"""Where the files that a blueprint names come from: one module for each kind of place."""

from __future__ import annotations

from yamlnet.assembly.addresses import Scheme
from yamlnet.assembly.origins import git, local, package, remote
from yamlnet.assembly.origins.origin import Fetch

ORIGINS: dict[Scheme, Fetch] = {
    "path": local.fetch,
    "pkg": package.fetch,
    "git": git.fetch,
    "url": remote.fetch,
}
