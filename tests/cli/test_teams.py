"""What teams copy works: the pre-commit hooks' commands, and the steps of the GitHub workflow."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from yamlnet.cli.main import main
from yamlnet.formatter.settle import settle

ROOT = Path(__file__).parents[2]
HOOKS = ROOT / ".pre-commit-hooks.yaml"
WORKFLOW = ROOT / "examples" / "github" / "blueprints.yml"

RIGHT = "yamlnet: 1\nmodel: {inputs: [8], layers: [Dense: 3]}\n"
WRONG = "yamlnet: 1\nmodel: {inputs: [8], layers: [Dense: {unit: 3}]}\n"
UNSETTLED = "yamlnet:   1\nmodel: {inputs: [8], layers: [Dense: 3]}\n"


def hooks() -> dict[str, dict[str, Any]]:
    return {hook["id"]: hook for hook in yaml.safe_load(HOOKS.read_text(encoding="utf-8"))}


@pytest.fixture
def team(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with two blueprints, and a `yamlnet` on the path."""
    for name in ("net.yaml", "deep/net two.yaml"):
        path = tmp_path / "blueprints" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(RIGHT, encoding="utf-8")
    program = tmp_path / "bin" / "yamlnet"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m yamlnet "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.chdir(tmp_path)
    subprocess.run(["git", "init", "-q"], check=True)
    subprocess.run(["git", "add", "blueprints"], check=True)
    return tmp_path


def test_the_hooks_are_what_pre_commit_takes() -> None:
    assert set(hooks()) == {"yamlnet-validate", "yamlnet-fmt"}
    for hook in hooks().values():
        assert hook["language"] == "python"
        assert {"id", "name", "entry", "language", "files"} <= set(hook)


@pytest.mark.parametrize(
    ("hook", "text", "code"),
    [
        ("yamlnet-validate", RIGHT, 0),
        ("yamlnet-validate", WRONG, 1),
        ("yamlnet-fmt", RIGHT, 0),
        ("yamlnet-fmt", "a: [\n", 1),
    ],
)
def test_a_hooks_command_speaks_when_there_is_something_to_say(
    hook: str, text: str, code: int, tmp_path: Path
) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(text, encoding="utf-8")
    _, *arguments = shlex.split(hooks()[hook]["entry"])
    told = CliRunner().invoke(main, [*arguments, str(path)])
    assert told.exit_code == code
    assert bool(told.output) == bool(code)


def steps() -> dict[str, str]:
    """The workflow's own commands by their names."""
    workflow = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))
    return {step["name"]: step["run"] for step in workflow["jobs"]["blueprints"]["steps"] if "name" in step}


def run(step: str) -> subprocess.CompletedProcess[str]:
    """As GitHub does: https://docs.github.com/actions/reference/workflow-syntax-for-github-actions."""
    command = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", steps()[step]]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_workflow_passes_what_is_right(team: Path) -> None:
    for step in steps():
        done = run(step)
        assert (step, done.returncode, done.stdout, done.stderr) == (step, 0, "", "")
    assert json.loads((team / "yamlnet.sarif").read_text(encoding="utf-8"))["runs"][0]["results"] == []


def test_the_workflow_tells_what_is_wrong(team: Path) -> None:
    (team / "blueprints" / "deep" / "net two.yaml").write_text(WRONG, encoding="utf-8")
    (team / "blueprints" / "net.yaml").write_text(UNSETTLED, encoding="utf-8")
    told = run("mistakes, beside their lines")
    assert told.returncode != 0
    assert told.stdout.startswith("::error file=blueprints/deep/net two.yaml,line=2,")
    assert run("style").returncode == 1
    assert run("mistakes, for code scanning").returncode == 0
    (result,) = json.loads((team / "yamlnet.sarif").read_text(encoding="utf-8"))["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "blueprints/deep/net%20two.yaml"


@pytest.mark.parametrize("path", [HOOKS, WORKFLOW], ids=lambda path: path.name)
def test_they_are_settled(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert settle(text, path.name) == text
