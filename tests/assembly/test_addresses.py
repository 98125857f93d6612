"""Addresses: what a user may write, and where a file of elsewhere may lead."""

from __future__ import annotations

import pytest

from yamlnet.assembly.addresses import Address, AddressError, join, parse_address

WRITTEN = {
    "./blocks/vision.yaml": Address("path", "", "blocks/vision.yaml"),
    "../a/./b.yml:large": Address("path", "", "../a/b.yml", variant="large"),
    "/etc/x.yaml:50": Address("path", "", "/etc/x.yaml", variant="50"),
    "odd:name.yaml": Address("path", "", "odd:name.yaml"),
    "pkg:acme_blueprints/vision/vit.yaml:base": Address(
        "pkg", "acme_blueprints", "vision/vit.yaml", "", "base"
    ),
    "git+https://host/team/repo@v2#resnet.yaml:50": Address(
        "git", "git+https://host/team/repo", "resnet.yaml", "v2", "50"
    ),
    "git+file:///srv/repo#a/../b.yaml": Address("git", "git+file:///srv/repo", "b.yaml"),
    "s3://bucket/team/x.yaml": Address("url", "s3://bucket", "team/x.yaml"),
    "https://host:8080/x.yaml:small": Address("url", "https://host:8080", "x.yaml", "", "small"),
}


@pytest.mark.parametrize("text", WRITTEN)
def test_what_is_written(text: str) -> None:
    assert parse_address(text) == WRITTEN[text]


@pytest.mark.parametrize("address", WRITTEN.values(), ids=lambda address: address.source)
def test_a_source_is_an_address(address: Address) -> None:
    again = parse_address(address.source)
    assert (again.scheme, again.root, again.path, again.revision) == (
        address.scheme, address.root, address.path, address.revision,
    )  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "pkg:acme", "pkg:../x/y.yaml", "pkg:acme/../../y.yaml", "git+https://host/repo", "git+ssh://host/r#x.yaml",
        "git+https://host/repo@--upload-pack=x#a.yaml", "git+https://host/repo#../../etc/passwd", "https://host",
        "git+ext::sh -c touch% /tmp/x#a.yaml",
    ],
)  # fmt: skip
def test_what_does_not_read(text: str) -> None:
    with pytest.raises(AddressError):
        parse_address(text)


LOCAL = parse_address("team/resnet.yaml")
PACKAGE = parse_address("pkg:acme/vision/resnet.yaml")
REPOSITORY = parse_address("git+https://host/repo@v2#vision/resnet.yaml")
URL = parse_address("https://host/a/resnet.yaml")


@pytest.mark.parametrize(
    ("writer", "text", "source"),
    [
        (LOCAL, "blocks.yaml", "team/blocks.yaml"),
        (LOCAL, "../shared.yaml", "shared.yaml"),
        (LOCAL, "git+file:///srv/repo#x.yaml", "git+file:///srv/repo#x.yaml"),
        (PACKAGE, "../blocks.yaml", "pkg:acme/blocks.yaml"),
        (PACKAGE, "pkg:other/x.yaml", "pkg:other/x.yaml"),
        (REPOSITORY, "./blocks.yaml", "git+https://host/repo@v2#vision/blocks.yaml"),
        (URL, "../b/blocks.yaml", "https://host/b/blocks.yaml"),
    ],
)
def test_relative_to_the_file_that_writes_it(writer: Address, text: str, source: str) -> None:
    assert join(writer, text).source == source


@pytest.mark.parametrize("writer", [PACKAGE, REPOSITORY, URL], ids=lambda writer: writer.scheme)
@pytest.mark.parametrize(
    "text",
    [
        "/etc/passwd",
        "../../../etc/passwd",
        "file:///etc/passwd",
        "git+file:///home/me/repo#x.yaml",
        "local://x/y",
    ],
)
def test_a_file_from_elsewhere_names_none_of_this_machine(writer: Address, text: str) -> None:
    with pytest.raises(AddressError):
        join(writer, text)
