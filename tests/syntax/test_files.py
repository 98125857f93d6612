"""What is given instead of a blueprint: other files, and what is no file at all. None of it may hang."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from yamlnet.cli.validate_command import command
from yamlnet.diagnostics.diagnostic import BlueprintError, YamlnetError
from yamlnet.pipeline import load
from yamlnet.syntax.limits import MAX_BYTES, MAX_NODES, max_bytes, reading_up_to
from yamlnet.syntax.parse import parse, read

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")


@posix
def test_a_pipe_that_nobody_writes_to(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.yaml")
    with pytest.raises(YamlnetError, match="is a pipe or a device"):
        read(tmp_path / "a.yaml")
    (tmp_path / "b.yaml").write_text("yamlnet: 1\nextends: a.yaml\n")
    with pytest.raises(BlueprintError, match="is a pipe or a device"):
        load(tmp_path / "b.yaml")


@posix
@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null", "/dev/stdin"])
def test_devices(tmp_path: Path, device: str) -> None:
    (tmp_path / "a.yaml").symlink_to(device)
    with pytest.raises((YamlnetError, BlueprintError)):
        load(tmp_path / "a.yaml")


@posix
def test_links(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").symlink_to("gone/b.yaml")
    with pytest.raises(YamlnetError, match=r'is a link to "gone/b.yaml", and nothing is there'):
        read(tmp_path / "a.yaml")
    (tmp_path / "round.yaml").symlink_to("round.yaml")
    with pytest.raises(YamlnetError, match="cannot be read"):
        read(tmp_path / "round.yaml")


@posix
@pytest.mark.skipif(os.geteuid() == 0 if hasattr(os, "geteuid") else True, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").touch(mode=0)
    with pytest.raises(YamlnetError, match="permission denied"):
        read(tmp_path / "a.yaml")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("text", ["yamlnet: 1\n", "# é\n", "日本: 1\n" * 2])
def test_wide_encodings_without_a_mark(tmp_path: Path, encoding: str, text: str) -> None:
    (tmp_path / "a.yaml").write_bytes(text.encode(encoding))
    with pytest.raises(BlueprintError) as refused:
        read(tmp_path / "a.yaml")
        parse(read(tmp_path / "a.yaml"), "a.yaml")
    assert refused.value.diagnostics[0].check == "encoding"


def test_json_with_tabs_is_yaml(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        '{\n\t"yamlnet": 1,\n\t"model": {"inputs": {"x": [4]},\n\t\t"layers": [{"Dense": 3}]}\n}\n'
    )
    assert load(tmp_path / "a.yaml").plan.models["model"].outputs


LARGE = "yamlnet: 1\nmodel:\n  inputs: {x: [4]}\n  layers: [Dense: 3]\n" + "# x\n" * (MAX_BYTES // 4)


def test_the_limit_is_raised_for_a_while(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(LARGE)
    with reading_up_to(2 * MAX_BYTES):
        assert load(path).plan.models["model"].outputs
    assert max_bytes() == MAX_BYTES
    with pytest.raises(BlueprintError, match="--max-bytes"):
        load(path)


def test_values_grow_with_the_bytes() -> None:
    text = "a: [" + "1," * MAX_NODES + "]"
    with pytest.raises(BlueprintError, match=f"more than {MAX_NODES:,} values"):
        parse(text, "f")
    with reading_up_to(2 * MAX_BYTES):
        value = parse(text, "f").value
    assert isinstance(value, dict)
    assert value["a"] == [1] * MAX_NODES


def test_the_count_is_exact() -> None:
    parse("[" + "1," * (MAX_NODES - 1) + "]", "f")
    parse("[&a [1, 2]" + ", *a" * ((MAX_NODES - 4) // 3) + "]", "f")
    with pytest.raises(BlueprintError, match="too-large"):
        parse("[&a [1, 2]" + ", *a" * ((MAX_NODES - 4) // 3 + 1) + "]", "f")


@pytest.mark.parametrize(
    ("asked", "environment"), [(["--max-bytes", "3000000"], {}), ([], {"YAMLNET_MAX_BYTES": "3000000"})]
)
def test_the_option_and_the_variable(tmp_path: Path, asked: list[str], environment: dict[str, str]) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(LARGE)
    runner = CliRunner()
    assert runner.invoke(command, [str(path)]).exit_code == 1
    done = runner.invoke(command, [str(path), *asked], env=environment)
    assert done.exit_code == 0, done.output
    assert max_bytes() == MAX_BYTES
