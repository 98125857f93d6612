"""Which of yamlnet's messages the golden files show: every text of the source is watched while they run.

A message site is a piece of text in the source that a user may read: a string or an f-string of more
than one word, or whatever a reporting call (`problems.add`, `Diagnostic`, `ExpressionError`, …) is given
as its message. The modules are imported with each site wrapped in a call that notes its value; a site is
*shown* when a golden file made it and the file's `.out` holds it. So a message that is made and thrown
away, or told twice and shown once, does not count as shown.

Run as a program, in a process that has not imported yamlnet yet, it prints what was found as JSON:

    python tests/message_sites.py err err-scenes    # no backend needed
    KERAS_BACKEND=jax python tests/message_sites.py err-build err-data err-scenes
"""

from __future__ import annotations

import ast
import importlib.abc
import importlib.machinery
import json
import os
import re
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "yamlnet"
BLUEPRINTS = ROOT / "tests" / "blueprints"

REPORTS = {
    "add": 1, "Diagnostic": 1, "_problem": 1, "_stop": 1, "refuse": 1, "_error": 1, "Note": 0, "note": 0,
    "ExpressionError": 0, "ValueError": 0, "NumberError": 0, "DataError": 0,
    "TrainingError": 0, "YamlnetError": 0, "AddressError": 0, "Unreachable": 0, "add_at": 1, "_tell": 1,
}  # fmt: skip
"""Calls that report a problem, and which of their arguments is the message."""

NOT_SHOWN = {
    "startswith",
    "endswith",
    "search",
    "match",
    "compile",
    "AssertionError",
    "cast",
    "split",
    "partition",
}
"""Calls whose texts are not for reading: patterns, and what another program said."""

WORD = re.compile(r"[A-Za-z]{2}")
WATCH = "__yamlnet_message__"


@dataclass
class Watch:
    """Every site of the watched files, and what each said since `said` was last emptied."""

    sites: set[str] = field(default_factory=set)
    constants: dict[str, set[str]] = field(default_factory=dict)
    said: dict[str, set[str]] = field(default_factory=dict)
    importing: int = 0

    def __call__(self, site: str, value: object) -> object:
        found = self.constants if self.importing else self.said
        found.setdefault(site, set()).add(str(value))
        return value

    def shown(self, text: str) -> set[str]:
        """The sites of which `text` holds something that they said."""
        flat = _flat(text)
        everything = [*self.constants.items(), *self.said.items()]
        return {site for site, values in everything if any(_flat(value) in flat for value in values)}


def _is_message(written: str) -> bool:
    """Whether a text of the source is for reading: it has a word and a blank."""
    return bool(WORD.search(written)) and any(map(str.isspace, written))


def _flat(text: str) -> str:
    """A text as it stands in one line, whatever quoting was taken out on the way."""
    return " ".join(text.replace("'", "").split())


class Marker(ast.NodeTransformer):
    """Wraps every message site of one module."""

    def __init__(self, file: str, sites: set[str]) -> None:
        self.file, self.sites, self.scope = file, sites, list[str]()

    def _wrapped(self, node: ast.expr, label: str) -> ast.expr:
        site = f"{self.file} {'.'.join(self.scope)}: {label}"
        self.sites.add(site)
        call = ast.Call(ast.Name(WATCH, ast.Load()), [ast.Constant(site), node], [])
        return ast.copy_location(call, node)

    def _visit_scope(self, node: ast.FunctionDef | ast.ClassDef) -> ast.AST:
        self.scope.append(node.name)
        node.body = [self.visit(statement) for statement in node.body]  # no decorator holds a message
        self.scope.pop()
        return node

    visit_FunctionDef = _visit_scope
    visit_ClassDef = _visit_scope

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        docstring = isinstance(node.value, ast.Constant)
        return node if docstring else self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        node.value = self.visit(node.value) if node.value else None
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        return node

    def visit_Assert(self, node: ast.Assert) -> ast.AST:
        return node

    def visit_match_case(self, node: ast.match_case) -> ast.AST:
        node.body = [self.visit(statement) for statement in node.body]
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        name = getattr(node.func, "attr", None) or getattr(node.func, "id", "")
        if name in NOT_SHOWN:
            return node
        at = REPORTS.get(name)
        given = node.args[at] if at is not None and len(node.args) > at else None
        check = ast.unparse(node.args[0]) if at else name
        self.generic_visit(node)
        if given is not None and at is not None and node.args[at] is given:  # its text was made elsewhere
            node.args[at] = self._wrapped(given, f"[{check}] {ast.unparse(given)}")
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if isinstance(node.value, str) and _is_message(node.value):
            return self._wrapped(node, node.value)
        return node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        label = ""
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                part.value = self.visit(part.value)
                label += "{}"
            else:
                assert isinstance(part, ast.Constant)
                label += part.value
        return self._wrapped(node, label) if _is_message(label.replace("{}", "")) else node


class WatchedLoader(importlib.machinery.SourceFileLoader):
    """Imports a module with its message sites wrapped."""

    def __init__(self, fullname: str, path: str, watch: Watch) -> None:
        super().__init__(fullname, path)
        self.watch = watch

    def get_code(self, fullname: str):  # type: ignore[no-untyped-def]
        path = Path(self.path)
        return compile(marked(path, self.watch.sites), str(path), "exec")

    def exec_module(self, module: ModuleType) -> None:
        setattr(module, WATCH, self.watch)
        self.watch.importing += 1
        try:
            super().exec_module(module)
        finally:
            self.watch.importing -= 1


class WatchedFinder(importlib.abc.MetaPathFinder):
    """Finds the watched modules before Python's own finder does."""

    def __init__(self, files: Sequence[Path], watch: Watch) -> None:
        self.files, self.watch = set(files), watch

    def find_spec(self, fullname, path, target=None):  # type: ignore[no-untyped-def]
        found = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if found is None or found.origin is None or Path(found.origin) not in self.files:
            return None
        found.loader = WatchedLoader(fullname, found.origin, self.watch)
        return found


def marked(path: Path, sites: set[str]) -> ast.Module:
    """A module's syntax tree with every message site wrapped; the sites are added to `sites`."""
    file = path.relative_to(PACKAGE).as_posix() if path.is_relative_to(PACKAGE) else path.name
    tree = Marker(file, sites).visit(ast.parse(path.read_text(encoding="utf-8")))
    ast.fix_missing_locations(tree)
    assert isinstance(tree, ast.Module)
    return tree


WITHOUT_BACKEND = (
    "verdicts/limits.py",
    "diagnostics/ignores.py",
    "syntax/*.py",
    "assembly/**/*.py",
    "schema/*.py",
    "resolver/*.py",
    "checks/*.py",
)
NOT_WATCHED = ("json_*.py", "model_inputs.py", "resolver/annotated.py", "resolver/explain.py")
"""What is written for editors, and what `show` writes: no problems."""

WITH_BACKEND = (
    "pipeline.py", "compiler/lowering.py", "compiler/initializers.py", "compiler/objects.py",
    "compiler/explanations/*.py", "data/**/*.py",
    "objectives/*.py", "resolver/evaluate.py", "schema/dotted.py", "catalog/plugins.py",
)  # fmt: skip


def watched(patterns: Sequence[str]) -> list[Path]:
    """The modules whose messages are watched."""
    found = {path for pattern in patterns for path in PACKAGE.glob(pattern)}
    return sorted(path for path in found if not any(path.match(name) for name in NOT_WATCHED))


def told(folder: str, path: Path, scratch: Path) -> str:
    """What a user reads about one golden file; `folder` says how far the file is taken."""
    from scenes import BLUEPRINT, refused  # it imports yamlnet, which is watched

    from yamlnet import pipeline
    from yamlnet.diagnostics.diagnostic import BlueprintError
    from yamlnet.diagnostics.report import render

    if path.name == BLUEPRINT:
        return refused(path.parent.resolve())
    try:
        loaded = pipeline.load(path.name)
        if folder == "err-build":
            build_and_infer(loaded)
        elif folder == "err-data":
            loaded.train(out=scratch / path.stem, progress="none")
        elif folder == "warn-data":
            return render(found_in_rows(loaded), loaded.tree, "text", color=False)
        elif folder == "warn":
            return render(loaded.warnings, loaded.tree, "text", color=False)
    except BlueprintError as refused:
        assert not (scratch / path.stem).exists(), f"{path.name}: a run folder was made"
        return render(refused.diagnostics, refused.trees, "text", color=False)
    return ""


def found_in_rows(loaded: Any) -> Any:
    """The warnings that only the rows show, as `train` tells them."""
    from yamlnet.data.facts import with_data
    from yamlnet.manual.settling import found_in_rows, rows_left_out

    plan, dataset = with_data(loaded.blueprint, loaded.tree, loaded.plan, loaded.path.parent)
    found = found_in_rows(plan, loaded.warnings, loaded.tree, loaded.strict, loaded.max_params)
    return found + rows_left_out(dataset.skipped, loaded.tree, loaded.strict)


def build_and_infer(loaded: Any) -> None:
    """Refuse as `build` does; `validate` must say the same of what it looks at."""
    from yamlnet import pipeline
    from yamlnet.diagnostics.diagnostic import BlueprintError

    try:
        loaded.build()
    except BlueprintError as built:
        if loaded.plan.models:
            try:
                pipeline.infer_shapes(loaded)
            except BlueprintError as inferred:
                assert inferred.diagnostics == built.diagnostics, (inferred.diagnostics, built.diagnostics)
            else:
                raise AssertionError("validate passes what build refuses") from built
        raise


def golden_files(folder: str, without_backend: bool) -> list[Path]:
    """The blueprints of one folder, relative to it; of scenes, those that this process is for."""
    if not folder.endswith("-scenes"):
        return sorted(Path().glob("*.yaml"))
    from scenes import BLUEPRINT, needs_keras

    return sorted(scene / BLUEPRINT for scene in Path().iterdir() if needs_keras(scene) != without_backend)


def main(folders: Sequence[str]) -> None:
    """Run the golden files of some folders; print each one's text, and where every site was shown."""
    watch = Watch()
    without_backend = "err" in folders
    patterns = WITHOUT_BACKEND if without_backend else WITH_BACKEND
    sys.path.insert(0, str(ROOT))
    sys.meta_path.insert(0, WatchedFinder(watched(patterns), watch))
    for path in watched(patterns):
        marked(path, watch.sites)  # a module that no golden file imports has sites too
    texts: dict[str, str] = {}
    shown: dict[str, list[str]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        for folder in folders:
            if not (BLUEPRINTS / folder).is_dir():
                continue
            os.chdir(BLUEPRINTS / folder)
            for path in golden_files(folder, without_backend):
                watch.said.clear()
                name = f"{folder}/{path}"
                texts[name] = told(folder, path, Path(scratch))
                for site in watch.shown(texts[name]):
                    shown.setdefault(site, []).append(name)
    print(json.dumps({"texts": texts, "sites": {site: shown.get(site, []) for site in sorted(watch.sites)}}))


if __name__ == "__main__":
    main(sys.argv[1:])
