"""Files behind URLs: whatever fsspec opens (`https://`, `s3://`, `gs://`, `hf://`, …)."""

from __future__ import annotations

from yamlnet.assembly.addresses import Address
from yamlnet.assembly.origins.origin import Fetched, Unreachable, longest
from yamlnet.protocols import opening


def fetch(address: Address, revision: str) -> Fetched:
    """Read a file through fsspec, which is an extra: a blueprint without URLs does not need it."""
    url = address.source
    try:
        import fsspec
    except ImportError:
        message = 'URLs need fsspec, which is not installed; pip install "yamlnet[remote]"'
        raise Unreachable(message) from None
    try:
        with fsspec.open(url, "rb", **opening(url)) as opened:
            return Fetched(opened.read(longest()))
    except FileNotFoundError as error:
        if _is_missing(error):
            raise Unreachable(f"there is nothing at {url}") from None
        raise _unreadable(url, error.__cause__) from None
    except (ImportError, ValueError) as error:  # fsspec's words for a protocol that lacks a package
        raise Unreachable(f"{url} cannot be opened: {error}") from None
    except Exception as error:  # each protocol raises errors of its own library
        raise _unreadable(url, error) from None


def _is_missing(error: FileNotFoundError) -> bool:
    """Whether a file is truly not there: fsspec says so of a server that does not answer, too."""
    cause = error.__cause__
    return cause is None or isinstance(cause, FileNotFoundError) or getattr(cause, "status", None) == 404


def _unreadable(url: str, error: BaseException | None) -> Unreachable:
    told = " ".join(str(error).split())[:200] or type(error).__name__
    return Unreachable(f"{url} cannot be read: {told}")
