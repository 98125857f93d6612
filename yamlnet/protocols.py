"""Which URLs a file may name, for imports and for data alike, and whether they are fetched."""

from __future__ import annotations

import os

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
