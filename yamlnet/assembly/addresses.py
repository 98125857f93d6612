"""What `import` and `extends` may name: a path, a package's file, a file in a git repository, a URL.

    ./blocks/vision.yaml                         relative to the file that writes it
    pkg:acme_blueprints/vit.yaml                 a data file of an installed package
    git+https://host/team/repo@v2#resnet.yaml    a file of a repository at a tag, branch or commit
    s3://bucket/team/resnet.yaml                 whatever fsspec can open

`:name` behind any of them chooses a variant of that file.
"""

from __future__ import annotations

import os
import posixpath
import re
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from yamlnet.protocols import refusal

Scheme = Literal["path", "pkg", "git", "url"]

VARIANT = re.compile(r"(?P<file>.+\.ya?ml):(?P<variant>[A-Za-z0-9][A-Za-z0-9_.\-]*)\Z", re.DOTALL)
PACKAGE = re.compile(r"pkg:(?P<root>[A-Za-z_][\w.]*)/(?P<path>.+)\Z")
GIT = re.compile(
    r"(?P<root>git\+(?:https|file)://[^@#\s]+)(?:@(?P<revision>[A-Za-z0-9][\w./\-]*))?#(?P<path>.+)\Z"
)
URL = re.compile(r"(?P<root>[a-z][a-z0-9+.\-]*://[^/]*)/(?P<path>.+)\Z")

ABROAD = ("pkg", "git+https", "https", "s3", "gs", "gcs", "abfs", "hf")
"""What a file from elsewhere may name besides its own neighbours: never a file of this machine."""


class AddressError(ValueError):
    """An address that does not read, or that leads where it may not; the message says the mend."""


class Address(Struct, frozen=True):
    """One file, wherever it is.

    Attributes:
        scheme: what kind of place it is in.
        root: the package, the repository or the URL's host; "" for a path.
        path: the file in it, with `/`; for a path, as this machine writes it.
        revision: a git tag, branch or commit; "" is the repository's default branch.
        variant: the variant that is chosen, or None.
    """

    scheme: Scheme
    root: str
    path: str
    revision: str = ""
    variant: str | None = None

    @property
    def source(self) -> str:
        """The file as diagnostics call it, without the variant."""
        match self.scheme:
            case "path":
                return self.path
            case "pkg":
                return f"pkg:{self.root}/{self.path}"
            case "git":
                return f"{self.root}{f'@{self.revision}' if self.revision else ''}#{self.path}"
            case "url":
                return f"{self.root}/{self.path}"


LONGEST = 2_000
"""Characters of an address: no file system and no server knows longer ones."""


def parse_address(text: str) -> Address:
    """Read an address as a user writes it.

    Raises:
        AddressError: a `pkg:`, `git+…` or URL that is not complete.
    """
    if len(text) > LONGEST:
        raise AddressError(f"an address has at most {LONGEST:,} characters, this one has {len(text):,}")
    chosen = VARIANT.match(text)
    variant = chosen["variant"] if chosen else None
    file = chosen["file"] if chosen else text
    if file.startswith("pkg:"):
        found = PACKAGE.match(file)
        if found is None:
            raise AddressError(f'"{text}" names no file of a package; write pkg:package/file.yaml')
        return Address("pkg", found["root"], _blueprint(_inside(found["path"], text), text), variant=variant)
    if file.startswith("git+"):
        found = GIT.match(file)
        if found is None:
            message = "a file of a repository is written git+https://host/repository@revision#file.yaml"
            raise AddressError(f'"{text}" does not read; {message}')
        path = _blueprint(_inside(found["path"], text), text)
        return Address("git", found["root"], path, found["revision"] or "", variant)
    if "://" in file:
        found = URL.match(file)
        if found is None:
            raise AddressError(f'"{text}" is no URL of a file; write https://host/file.yaml')
        if why := refusal(text, "./blocks/vision.yaml"):
            raise AddressError(f'"{text}" {why}')
        return Address("url", found["root"], found["path"], variant=variant)
    return Address("path", "", os.path.normpath(_blueprint(file, text)), variant=variant)


def _blueprint(path: str, text: str) -> str:
    """A path whose name is that of a blueprint: no other file is opened in the hope that it is one."""
    if path.lower().endswith((".yaml", ".yml")) and "\0" not in path:
        return path
    raise AddressError(f'"{text}" is no blueprint: the name of one ends in .yaml or .yml')


def join(writer: Address, text: str) -> Address:
    """The address that a text means in the file at `writer`.

    Raises:
        AddressError: it does not read, or it leads from a file of elsewhere to one of this machine.
    """
    asked = parse_address(text)
    if writer.scheme == "path":
        if asked.scheme != "path":
            return asked
        return replace(asked, path=os.path.normpath(os.path.join(os.path.dirname(writer.path), asked.path)))
    if asked.scheme == "path":
        if os.path.isabs(asked.path):
            raise AddressError(f'a file from elsewhere cannot name "{text}" on this machine')
        whole = posixpath.join(posixpath.dirname(writer.path), asked.path.replace(os.sep, "/"))
        return replace(writer, path=_inside(whole, text), variant=asked.variant)
    kind = "pkg" if asked.scheme == "pkg" else asked.root.partition("://")[0]
    if kind not in ABROAD and asked.root != writer.root:
        raise AddressError(f'a file from elsewhere cannot name "{text}"; it may name {", ".join(ABROAD)}')
    return asked


def _inside(path: str, text: str) -> str:
    """A path in a package, repository or host, which `..` may not leave."""
    normal = posixpath.normpath(path)
    if normal.startswith(("../", "/")) or normal == "..":
        raise AddressError(f'"{text}" leads out of where the file that names it comes from')
    return normal
