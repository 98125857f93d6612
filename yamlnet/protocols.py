"""Which URLs a file may name, for imports and data alike, whether they are fetched, where they may lead."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

NEAR = ("https", "s3", "gs", "gcs", "abfs", "abfss", "az", "hf", "memory")
"""The protocols of URLs that a file may name. Others read this machine, or speak with the user's own keys."""

MORE = "YAMLNET_PROTOCOLS"
"""The environment variable in which a user allows further protocols of fsspec, with commas: `sftp,http`."""

OFFLINE = "YAMLNET_OFFLINE"
"""Set in the environment, nothing is fetched that is not pinned and kept: for files from strangers."""


def is_allowed(protocol: str) -> bool:
    """Whether URLs of a protocol may be named: the ones that are near, and those that the user allows."""
    return protocol in (*NEAR, *os.environ.get(MORE, "").split(","))


def refusal(url: str, local: str) -> str:
    """Why a URL may not be named, as the end of a sentence with the mend; "" where it may.

    Args:
        url: with `://` in it.
        local: how a file of this machine is written instead of `file://…`.
    """
    protocol = url.partition("://")[0]
    if is_allowed(protocol) and "::" not in url:
        return ""
    begin = ", ".join(f"{one}://" for one in NEAR[:-1])
    others = {"http": "write https://", "file": f"write the path: {local}"}
    mend = others.get(protocol, f"it may begin with {begin}; {MORE}={protocol} allows another")
    return f"is no URL that a blueprint may name; {mend}"


def may_be_fetched(url: str) -> bool:
    """Whether the network may be asked: not offline, unless the URL is of this process's memory."""
    return not os.environ.get(OFFLINE) or url.startswith("memory://")


class Redirected(OSError):
    """A server leads to a URL that no file may name."""


def opening(url: str) -> dict[str, Any]:
    """What fsspec is told beside a URL: a redirect leads to https only, on whatever host.

    Where the user allows http, it may lead there, too.
    """
    return {"client_kwargs": {"trace_configs": [_redirects()]}} if url.startswith(("http:", "https:")) else {}


@cache
def _redirects() -> Any:
    """A look at each redirect before it is followed; one object, since fsspec has a session for each."""
    import aiohttp
    from yarl import URL

    async def look(_: Any, __: Any, redirect: Any) -> None:
        headers = redirect.response.headers
        target = redirect.url.join(URL(headers.get("Location") or headers.get("URI") or ""))
        if target.scheme not in ("http", "https") or not is_allowed(target.scheme):
            raise Redirected(f"it leads to {target}, and a redirect may only lead to https://")

    config = aiohttp.TraceConfig()
    config.on_request_redirect.append(look)
    return config
