"""`yamlnet fmt` on files, folders and standard input: what it writes, prints and ends with."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from yamlnet.cli.main import main

UNSETTLED = "yamlnet:   1\nmodel: { inputs: [4],layers: [ Flatten ] } # all of it\n"
SETTLED = "yamlnet: 1\nmodel: {inputs: [4], layers: [Flatten]}    # all of it\n"
BROKEN = "yamlnet: 1\nmodel: {inputs: [4]\n"


def call(*arguments: str, given: str | bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["fmt", *arguments], input=given)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "net.yaml").write_text(UNSETTLED, encoding="utf-8")
    (tmp_path / "fine.yaml").write_text(SETTLED, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_file_is_settled_once_and_what_is_settled_is_not_spoken_of(here: Path) -> None:
    told = call("net.yaml", "fine.yaml")
    assert (told.exit_code, told.output) == (0, "settled net.yaml\n")
    assert (here / "net.yaml").read_text(encoding="utf-8") == SETTLED
    again = call("net.yaml", "fine.yaml", "--check")
    assert (again.exit_code, again.output) == (0, "")


def test_check_and_diff_show_and_write_nothing(here: Path) -> None:
    for option, code in (("--check", 1), ("--diff", 0)):
        told = call("net.yaml", "fine.yaml", option)
        assert told.exit_code == code
        assert told.stdout.startswith("--- net.yaml\n+++ net.yaml (settled)\n@@")
        assert "-yamlnet:   1\n" in told.stdout and "+yamlnet: 1\n" in told.stdout
        assert "fine" not in told.stdout
        assert (here / "net.yaml").read_text(encoding="utf-8") == UNSETTLED


def test_line_ends_that_change_are_told_since_nobody_sees_them(here: Path) -> None:
    (here / "dos.yaml").write_bytes(SETTLED.replace("\n", "\r\n").encode())
    told = call("dos.yaml", "--check")
    assert told.exit_code == 1
    assert "line ends" in told.output
    assert call("dos.yaml").output == "settled dos.yaml\n"
    assert (here / "dos.yaml").read_bytes() == SETTLED.encode()


def test_standard_input_goes_to_standard_output(here: Path) -> None:
    assert call("-", given=UNSETTLED).stdout == SETTLED
    assert call("-", given=SETTLED).stdout == SETTLED
    told = call("-", given=BROKEN)
    assert (told.exit_code, told.stdout) == (1, "")
    assert told.stderr.startswith("<stdin>:2:8: ")
    told = call("-", "--check", given=UNSETTLED)
    assert told.exit_code == 1 and "+yamlnet: 1" in told.stdout


def test_folders_are_searched_and_what_is_hidden_left_out(here: Path) -> None:
    for name in ("deep/a.yml", "deep/b.YAML", ".hidden/c.yaml", "deep/notes.txt"):
        path = here / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(UNSETTLED, encoding="utf-8")
    told = call(".")
    assert told.output == "settled deep/a.yml\nsettled deep/b.YAML\nsettled net.yaml\n"


def test_mistakes_of_all_files_are_told_and_the_others_settled(here: Path) -> None:
    (here / "broken.yaml").write_text(BROKEN, encoding="utf-8")
    (here / "latin.yaml").write_bytes("# é\na: 1\n".encode("latin-1"))
    told = call("broken.yaml", "latin.yaml", "missing.yaml", "net.yaml")
    assert told.exit_code == 1
    assert told.stdout == "settled net.yaml\n"
    assert "broken.yaml:2:8: " in told.stderr and "[unclosed-bracket]" in told.stderr
    assert "latin.yaml:1:3: " in told.stderr
    assert 'there is no file "missing.yaml"' in told.stderr
    assert (here / "broken.yaml").read_text(encoding="utf-8") == BROKEN


def test_a_file_keeps_its_permissions_and_a_link_stays_one(here: Path) -> None:
    os.chmod(here / "net.yaml", 0o640)
    os.symlink("net.yaml", here / "link.yaml")
    assert call("link.yaml").output == "settled link.yaml\n"
    assert (here / "link.yaml").is_symlink()
    assert (here / "net.yaml").read_text(encoding="utf-8") == SETTLED
    assert stat.S_IMODE((here / "net.yaml").stat().st_mode) == 0o640
    assert sorted(path.name for path in here.iterdir()) == ["fine.yaml", "link.yaml", "net.yaml"]


def test_a_file_that_cannot_be_written_stays_whole(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device", "net.yaml")

    monkeypatch.setattr("os.replace", fails)
    told = call("net.yaml")
    assert told.exit_code == 1
    assert "No space left on device" in told.stderr
    assert (here / "net.yaml").read_text(encoding="utf-8") == UNSETTLED
    assert sorted(path.name for path in here.iterdir()) == ["fine.yaml", "net.yaml"]
