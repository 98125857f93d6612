"""The house's own rules, held by reading its source: who may import whom, and how long a thing may be."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "yamlnet"

ROOMS = (
    {"cache", "ordinary", "protocols", "resources"},
    {"diagnostics"},
    {"syntax"},
    {"formatter"},
    {"catalog"},
    {"schema"},
    {"assembly"},
    {"resolver"},
    {"verdicts"},
    {"checks"},
    {"manual"},
    {"compiler"},
    {"data"},
    {"objectives"},
    {"runner"},
    {"exporters"},
    {"pipeline"},
    {"folds"},
    {"runs"},
    {"stored"},
    {"cli"},
)
"""Imports run one way: a room imports itself and rooms of earlier rows; rooms of one row are strangers."""

FRONT_DOORS = {"__init__", "__main__"}
"""They open the house from outside, so the order of rooms does not bind them."""

WITHOUT_KERAS = {
    "cache", "ordinary", "protocols", "resources", "diagnostics", "syntax", "formatter", "catalog", "schema",
    "assembly", "resolver", "verdicts", "checks", "manual",
}  # fmt: skip
"""Rooms whose code never runs with Keras, so that a mistake is told in a fraction of a second."""

LAZY = {"__init__", "__main__", "folds", "pipeline", "runs", "stored", "cli"}
"""Rooms that lead to heavy ones: they import them where they use them, never as they are imported."""

READS_KERAS = re.compile(r"yamlnet\.catalog\.generate(\..+|_.+)?")
"""The commands that generate the catalogue from Keras; nothing imports them."""

HEAVY = {
    "gymnasium", "jax", "keras", "matplotlib", "numpy", "onnx", "onnxruntime", "pandas", "pyarrow", "rich",
    "scipy", "sklearn", "tensorflow", "tokenizers", "torch",
}  # fmt: skip

SIBLINGS = ("checks", "cli", "data.sources", "diagnostics.formats", "exporters", "objectives")
"""Rooms of things of one kind, each a module of its own that knows nothing of the others."""

SHARED = {
    "checks": {"answers", "known_parameters", "shapes", "targets", "tracing"},
    "cli": {"checking", "data_tables", "drawing", "failures", "opened", "options", "variants"},
    "data.sources": set[str](),
    "diagnostics.formats": set[str](),
    "exporters": {"artifact", "direct", "export", "missing", "opened", "outputs", "process", "raw_rows"},
    "objectives": {"compared", "metric_shapes", "objective", "roles", "row_loss", "target_shapes", "tokens"},
}
"""What the things of such a room may import from it: what they all are, never one another."""

BANNED_NAMES = {"base", "common", "helper", "helpers", "manager", "managers", "misc", "util", "utils"}
FILE_LINES = 350
FUNCTION_LINES = 50


@dataclass(frozen=True)
class Import:
    """One imported module; `lazy` inside a function, `typing` only for the type checker."""

    target: str
    line: int
    lazy: bool
    typing: bool


@dataclass(frozen=True)
class Module:
    """One source file by its dotted name."""

    name: str
    path: Path
    tree: ast.Module

    @property
    def room(self) -> str:
        parts = self.name.split(".")
        return parts[1] if len(parts) > 1 else "__init__"

    def imports(self) -> Iterator[Import]:
        yield from _imports(self.tree.body, lazy=False, typing=False)

    def __str__(self) -> str:
        return self.name


def _imports(body: list[ast.stmt], lazy: bool, typing: bool) -> Iterator[Import]:
    for statement in body:
        if isinstance(statement, ast.Import):
            yield from (Import(alias.name, statement.lineno, lazy, typing) for alias in statement.names)
        elif isinstance(statement, ast.ImportFrom):
            assert statement.level == 0, f"line {statement.lineno}: imports are absolute"
            # `from yamlnet.data import sources` imports a module too; the longer name covers both.
            names = (f"{statement.module}.{alias.name}" for alias in statement.names)
            yield from (Import(name, statement.lineno, lazy, typing) for name in names)
        else:
            inside = isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef)
            checked = isinstance(statement, ast.If) and "TYPE_CHECKING" in ast.unparse(statement.test)
            for field in ("body", "orelse", "finalbody", "handlers", "cases"):
                inner = [node for node in getattr(statement, field, []) if isinstance(node, ast.AST)]
                nested = [child for node in inner for child in _statements(node)]
                yield from _imports(nested, lazy or inside, typing or (checked and field == "body"))


def _statements(node: ast.AST) -> list[ast.stmt]:
    return [node] if isinstance(node, ast.stmt) else list(getattr(node, "body", []))


def _modules() -> list[Module]:
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = ("yamlnet", *path.relative_to(PACKAGE).with_suffix("").parts)
        if parts[-1] == "__init__":
            parts = parts[:-1]
        found.append(Module(".".join(parts), path, ast.parse(path.read_text(encoding="utf-8"))))
    return found


MODULES = _modules()
NAMES = {module.name for module in MODULES}
FLOORS = {room: floor for floor, rooms in enumerate(ROOMS) for room in rooms}

every_module = pytest.mark.parametrize("module", MODULES, ids=str)


def test_the_house_was_read() -> None:
    rooms = {module.room for module in MODULES}
    assert rooms == set(FLOORS) | FRONT_DOORS


@every_module
def test_imports_run_one_way(module: Module) -> None:
    if module.room in FRONT_DOORS:
        return
    wrong = [
        f"{module.path.relative_to(ROOT)}:{found.line}: {module.room} may not import {found.target}"
        for found in module.imports()
        if not found.typing and not _may_import(module.room, _room_of(found.target))
    ]
    assert not wrong, "\n".join(wrong)


def _room_of(target: str) -> str | None:
    parts = target.split(".")
    if parts[0] != "yamlnet" or len(parts) == 1:
        return None
    return parts[1] if parts[1] in FLOORS else None


def _may_import(room: str, other: str | None) -> bool:
    return other is None or room == other or FLOORS[other] < FLOORS[room]


@every_module
def test_nothing_heavy_is_imported_before_the_compiler(module: Module) -> None:
    if READS_KERAS.fullmatch(module.name):
        return
    banned = HEAVY - {"rich"} if module.room not in WITHOUT_KERAS else HEAVY
    heavy = [found for found in module.imports() if found.target.split(".")[0] in banned and not found.typing]
    if module.room in LAZY:
        heavy = [found for found in heavy if not found.lazy]
    elif module.room not in WITHOUT_KERAS:
        return
    assert not heavy, [f"{module.path.relative_to(ROOT)}:{found.line}: {found.target}" for found in heavy]


@every_module
def test_nothing_imports_the_commands_that_read_keras(module: Module) -> None:
    if READS_KERAS.fullmatch(module.name):
        return
    assert not [found for found in module.imports() if READS_KERAS.match(found.target)]


@pytest.mark.parametrize("room", SIBLINGS)
def test_siblings_do_not_import_each_other(room: str) -> None:
    inside = f"yamlnet.{room}."
    members = [module for module in MODULES if module.name.startswith(inside)]
    assert len(members) > 1, f"{room} has no siblings: has it moved?"
    wrong = [
        f"{module.path.relative_to(ROOT)}:{found.line}: {found.target}"
        for module in members
        for found in module.imports()
        if found.target.startswith(inside)
        and module.name.removeprefix(inside) not in SHARED[room]
        and found.target.removeprefix(inside).split(".")[0] not in SHARED[room]
    ]
    assert not wrong, "\n".join(wrong)


@every_module
def test_names_say_something(module: Module) -> None:
    assert not BANNED_NAMES & set(re.split(r"[._]", module.name))


@every_module
def test_files_and_functions_are_short(module: Module) -> None:
    lines = len(module.path.read_text(encoding="utf-8").splitlines())
    assert lines <= FILE_LINES, f"{module.path.relative_to(ROOT)} has {lines} lines"
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    long = [
        f"{module.path.relative_to(ROOT)}:{node.lineno}: {node.name} has {length} lines"
        for node in ast.walk(module.tree)
        if isinstance(node, functions)
        and (length := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES
    ]
    assert not long, "\n".join(long)


BAD_BLUEPRINT = """\
yamlnet: 1
model:
  inputs: {image: [8, 8, 1]}
  layers:
    - Conv2D: {filters: 16, kernal_size: 3}
"""

TELL_WHAT_IS_IMPORTED = f"""\
import atexit, sys
atexit.register(lambda: print("imported:", *sorted({HEAVY!r} & set(sys.modules))))
sys.argv = ["yamlnet", "validate", "bad.yaml"]
from yamlnet.cli.main import main
main()
"""


def test_a_mistake_is_told_without_keras_or_numpy(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text(BAD_BLUEPRINT, encoding="utf-8")
    command = [sys.executable, "-c", TELL_WHAT_IS_IMPORTED]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1, done.stderr
    assert "kernal_size" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout.splitlines()[-1] == "imported:"
