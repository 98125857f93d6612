"""Files of git repositories: `git+https://host/team/repo@v2#resnet.yaml`, by the git command."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from yamlnet.assembly.addresses import Address
from yamlnet.assembly.origins.origin import Fetched, Unreachable, longest
from yamlnet.cache import cache_folder, sha256

if TYPE_CHECKING:
    import subprocess

SECONDS = 120

PROTOCOLS = (
    "-c",
    "protocol.allow=never",
    "-c",
    "protocol.https.allow=always",
    "-c",
    "protocol.file.allow=always",
)
"""git speaks many protocols, some of which run commands that an address names."""


def fetch(address: Address, revision: str) -> Fetched:
    """Read one file at a revision; what was fetched before is kept: a pinned commit needs no network."""
    url = address.root.removeprefix("git+")
    repository = _repository(url)
    commit = revision or _fetched(repository, url, address.revision or "HEAD")
    if revision and not _has(repository, commit):
        _fetched(repository, url, commit)
    found = _git(repository, "cat-file", "-s", f"{commit}:{address.path}")
    if found is None:
        at = f"at {address.revision}" if address.revision else "on its default branch"
        raise Unreachable(f'the repository {url} has no file "{address.path}" {at}')
    if int(found) >= longest():
        return Fetched(b" " * longest(), commit)  # the parser tells that it is too large
    return Fetched(_git(repository, "cat-file", "blob", f"{commit}:{address.path}") or b"", commit)


def _repository(url: str) -> Path:
    """A bare repository of our own for what is fetched from a URL."""
    folder = cache_folder() / "git" / sha256(url.encode())[:32]
    if not (folder / "HEAD").exists():
        folder.mkdir(parents=True, exist_ok=True)
        _git(folder, "init", "--quiet", "--bare")
    return folder


def _fetched(repository: Path, url: str, revision: str) -> str:
    """Fetch a revision and give its commit.

    A server may refuse a bare commit that no branch ends at; then everything is fetched.
    """
    done = _run(repository, "fetch", "--quiet", "--depth", "1", "--no-tags", url, revision)
    if done.returncode == 0:
        commit = _git(repository, "rev-parse", "FETCH_HEAD^{commit}")
        return (commit or b"").decode().strip()
    if _looks_like_commit(revision):
        everything = ("+refs/heads/*:refs/yamlnet/*", "+refs/tags/*:refs/tags/*")
        _run(repository, "fetch", "--quiet", url, *everything)
        if _has(repository, revision):
            return revision
    told = done.stderr.decode(errors="replace").strip().splitlines()
    raise Unreachable(f'{url} has no revision "{revision}" that can be fetched: {told[-1] if told else "?"}')


def _looks_like_commit(revision: str) -> bool:
    return len(revision) >= 7 and all(character in "0123456789abcdef" for character in revision)


def _has(repository: Path, commit: str) -> bool:
    return _git(repository, "cat-file", "-e", f"{commit}^{{commit}}") is not None


def _git(repository: Path, *arguments: str) -> bytes | None:
    """What git prints, or None where it fails."""
    done = _run(repository, *arguments)
    return done.stdout if done.returncode == 0 else None


def _run(repository: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    import subprocess  # a blueprint without such files should not wait for it

    quiet = {"GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": "true", "LC_ALL": "C"}  # never wait for a password
    try:
        return subprocess.run(
            ["git", *PROTOCOLS, "-C", str(repository), *arguments],
            env={**os.environ, **quiet},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except FileNotFoundError:
        raise Unreachable("files of git repositories need the git command, which is not installed") from None
    except subprocess.TimeoutExpired:
        raise Unreachable(f"git did not answer within {SECONDS} seconds") from None
