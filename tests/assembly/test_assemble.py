"""What is put over what, where every value still points, and how many files are too many."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yamlnet.assembly.assemble import MAX_DEPTH, MAX_FILES
from yamlnet.assembly.merge import merge
from yamlnet.diagnostics.diagnostic import BlueprintError
from yamlnet.diagnostics.problems import Problems
from yamlnet.pipeline import load
from yamlnet.syntax.graft import NoSuchPlace, find, put, whole
from yamlnet.syntax.parse import parse
from yamlnet.syntax.tree import Branch, Value

GOLDEN = Path(__file__).parents[1] / "blueprints"


def merged(base: str, over: str) -> Value:
    problems = Problems()
    found = merge(whole(parse(base, "base")), whole(parse(over, "over")), problems)
    assert not problems.failed
    return found.value


@pytest.mark.parametrize(
    ("base", "over", "result"),
    [
        ("{a: {b: 1, c: 2}}", "{a: {c: 3, d: 4}}", {"a": {"b": 1, "c": 3, "d": 4}}),
        ("{a: [1, 2]}", "{a: [3]}", {"a": [3]}),
        ("{a: {b: 1}}", "{a: null}", {"a": None}),
        ("{o: {Adam: {a: 1, b: 2}}}", "{o: {Adam: {a: 3}}}", {"o": {"Adam": {"a": 3, "b": 2}}}),
        ("{o: {Adam: {beta_1: 1}}}", "{o: {SGD: {momentum: 3}}}", {"o": {"SGD": {"momentum": 3}}}),
        ("{o: {Adam: 1}}", "{o: sgd}", {"o": "sgd"}),
        ("{data: {train: {Csv: a}}}", "{data: {train: {Sklearn: b}}}", {"data": {"train": {"Sklearn": "b"}}}),
        ("{params: {a: 1}}", "{params: {a: 2}}", {"params": {"a": 2}}),
        ("{params: {a: {default: 1, x: 5}}}", "{params: {a: 2}}", {"params": {"a": {"default": 2, "x": 5}}}),
        ("{params: {a: {min: 0}}}", "{params: {a: 2}}", {"params": {"a": {"min": 0, "default": 2}}}),
        ("{params: {a: 1}}", "{params: {b: {default: 2}}}", {"params": {"a": 1, "b": {"default": 2}}}),
        ("{params: {a: 1}}", "{params: {a: {default: x}}}", {"params": {"a": {"default": "x"}}}),
        ("{data: {split: {group: a}}}", "{data: {split: {time: b}}}", {"data": {"split": {"time": "b"}}}),
        ("{data: {split: {group: a}}}", "{data: {split: {group: b}}}", {"data": {"split": {"group": "b"}}}),
        ("{train: {epochs: 3, seed: 1}}", "{train: {steps: 9}}", {"train": {"seed": 1, "steps": 9}}),
        ("{train: {epochs: 3}}", "{train: {steps: 9, epochs: 1}}", {"train": {"steps": 9, "epochs": 1}}),
        ("{data: {inputs: {x: {window: 3}}}}", "{data: {inputs: {x: {horizon: 2}}}}",
         {"data": {"inputs": {"x": {"horizon": 2}}}}),
        ("{data: {inputs: {x: {tokenize: {as: words, size: 9, length: 5}}}}}",
         "{data: {inputs: {x: {tokenize: {run: r}}}}}",
         {"data": {"inputs": {"x": {"tokenize": {"length": 5, "run": "r"}}}}}),
        ("{data: {inputs: {x: {tokenize: {run: r, of: y}}}}}",
         "{data: {inputs: {x: {tokenize: {as: bpe}}}}}",
         {"data": {"inputs": {"x": {"tokenize": {"as": "bpe"}}}}}),
        ("{data: {inputs: {x: {tokenize: {run: r}}}}}", "{data: {inputs: {x: {tokenize: {size: 9}}}}}",
         {"data": {"inputs": {"x": {"tokenize": {"run": "r", "size": 9}}}}}),  # which validation refuses
    ],
)  # fmt: skip
def test_one_document_over_another(base: str, over: str, result: Value) -> None:
    assert merged(base, over) == result


words = st.sampled_from(["a", "b", "c"])
documents = st.recursive(
    st.integers() | st.lists(st.integers(), max_size=2),
    lambda inner: st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
).filter(lambda value: isinstance(value, dict))


def as_branch(value: object) -> Branch:
    import json

    return whole(parse(json.dumps(value), "x"))


@given(documents, documents)
def test_merging_keeps_places_beside_values(base: Value, over: Value) -> None:
    found = merge(as_branch(base), as_branch(over), Problems())
    assert_parallel(found)
    assert merge(found, as_branch(over), Problems()).value == found.value
    assert merge(as_branch({}), as_branch(over), Problems()).value == over


@given(documents, st.lists(words, min_size=1, max_size=4), st.integers())
def test_what_is_put_is_found(value: Value, path: list[str], new: int) -> None:
    root = as_branch(value)
    try:
        changed = put(root, tuple(path), as_branch(new))
    except NoSuchPlace:
        return
    found = find(changed, tuple(path))
    assert found is not None
    assert found.value == new
    assert root.value == value, "the original is not changed"
    assert_parallel(changed)


def assert_parallel(found: Branch) -> None:
    value, positions = found
    if isinstance(value, dict):
        assert set(value) == set(positions.children) == set(positions.keys)
        for name, item in value.items():
            assert_parallel(Branch(item, positions.children[name]))


class TestExtending:
    def test_values_come_from_their_files(self) -> None:
        loaded = load(GOLDEN / "ok" / "extends.yaml")
        tree, train = loaded.tree, loaded.plan.train
        assert train is not None
        assert (train.epochs, train.optimizers[""].name) == (5, "SGD")
        assert tree.span(("train", "epochs")).source.endswith("parts/base.yaml")
        assert tree.span(("train", "optimizer")).source == ""
        assert loaded.plan.params == {"width": 16, "depth": 3, "rate": 0.1}

    def test_a_variant_of_the_base_may_be_changed(self) -> None:
        assert load(f"{GOLDEN}/ok/extends.yaml:small").plan.params["depth"] == 2
        assert load(f"{GOLDEN}/ok/extends.yaml:small").plan.params["width"] == 2

    def test_data_files_stay_where_the_base_finds_them(self, tmp_path: Path) -> None:
        (tmp_path / "team").mkdir()
        (tmp_path / "team" / "rows.csv").write_text("x,y\n1,2\n")
        (tmp_path / "team" / "base.yaml").write_text(
            "yamlnet: 1\nmodel: {inputs: {x: [1]}, layers: [Dense: {units: 1, as: y}]}\n"
            "data: {train: {Csv: rows.csv}, test: {Csv: {path: rows.csv, sep: ','}}}\n"
        )
        (tmp_path / "mine.yaml").write_text("yamlnet: 1\nextends: team/base.yaml\n")
        data = load(tmp_path / "mine.yaml").plan.data
        assert data is not None
        assert data.train.arguments["path"] == "team/rows.csv"
        assert data.test.arguments["path"] == "team/rows.csv"  # type: ignore[union-attr]

    def test_so_do_patterns_folders_and_databases_but_not_urls(self, tmp_path: Path) -> None:
        (tmp_path / "team").mkdir()
        (tmp_path / "team" / "base.yaml").write_text(
            "yamlnet: 1\nmodel: {inputs: {x: [1]}, layers: [Dense: {units: 1, as: y}]}\n"
            "data: {train: {ImageFolder: photos}, validation: {Csv: 'parts/*.csv'},\n"
            "       test: {Sql: {url: 'sqlite:///rows.db', table: rows}}}\n"
            "variants:\n  far: {data: {train: {Csv: 'https://example.org/rows.csv'},\n"
            "       test: {Sql: {url: 'postgresql://example.org/rows', table: rows}}}}\n"
        )
        (tmp_path / "mine.yaml").write_text("yamlnet: 1\nextends: team/base.yaml\n")
        data = load(tmp_path / "mine.yaml").plan.data
        assert data is not None
        assert data.train.arguments["path"] == "team/photos"
        assert data.validation.arguments["path"] == "team/parts/*.csv"  # type: ignore[union-attr]
        assert data.test.arguments["url"] == "sqlite:///team/rows.db"  # type: ignore[union-attr]
        far = load(f"{tmp_path}/mine.yaml:far").plan.data
        assert far is not None
        assert far.train.arguments["path"] == "https://example.org/rows.csv"
        assert far.test.arguments["url"] == "postgresql://example.org/rows"  # type: ignore[union-attr]


class TestVariants:
    def test_each_is_another_plan_under_its_own_name(self) -> None:
        path = GOLDEN / "ok" / "variants.yaml"
        counts = {
            name: len(load(f"{path}:{name}").plan.models["model"].nodes) for name in ("18", "wide", "plain")
        }
        assert counts == {"18": 4, "wide": 3, "plain": 3}
        wide = load(f"{path}:wide").plan
        assert wide.name == "variants-wide"
        assert wide.train is not None
        assert wide.train.optimizers[""].name == "SGD"

    def test_the_command_line_goes_over_the_variant(self) -> None:
        plan = load(f"{GOLDEN}/ok/variants.yaml:wide", ["width=5"]).plan
        assert plan.params["width"] == 5


class TestImporting:
    def test_parameters_are_the_file_s_own(self) -> None:
        models = load(GOLDEN / "ok" / "imports.yaml").plan.models
        dense = models["wide_encoder"].nodes[0].callee.layer  # type: ignore[union-attr]
        assert dense.arguments["units"] == 6
        assert "vision_encoder" not in models, "a model that nothing calls is not built"
        assert len(models["small_model"].nodes) == 2

    def test_two_calls_of_an_imported_model_share_it(self) -> None:
        nodes = load(GOLDEN / "ok" / "imports.yaml").plan.models["model"].nodes
        calls = [node.callee.model for node in nodes if hasattr(node.callee, "model")]
        assert calls == ["wide_encoder", "wide_encoder", "small_model"]


class TestLimits:
    def chain(self, folder: Path, length: int) -> Path:
        for index in range(length):
            (folder / f"{index}.yaml").write_text(
                f"yamlnet: 1\nimport: {{next: {index + 1}.yaml}}\nblocks: {{}}\n"
            )
        (folder / f"{length}.yaml").write_text("yamlnet: 1\nblocks: {unit: {layers: [Flatten]}}\n")
        path = folder / "model.yaml"
        path.write_text("yamlnet: 1\nimport: {a: 0.yaml}\nmodel: {inputs: [4], layers: [Flatten]}\n")
        return path

    def test_as_deep_as_allowed(self, tmp_path: Path) -> None:
        load(self.chain(tmp_path, MAX_DEPTH - 1))

    def test_too_deep(self, tmp_path: Path) -> None:
        with pytest.raises(BlueprintError, match=f"more than {MAX_DEPTH} deep"):
            load(self.chain(tmp_path, MAX_DEPTH))

    def test_files_that_multiply(self, tmp_path: Path) -> None:
        for index in range(10):
            twice = f"yamlnet: 1\nimport: {{a: {index + 1}.yaml, b: {index + 1}.yaml}}\nblocks: {{}}\n"
            (tmp_path / f"{index}.yaml").write_text(twice)
        (tmp_path / "10.yaml").write_text("yamlnet: 1\nblocks: {unit: {layers: [Flatten]}}\n")
        path = tmp_path / "model.yaml"
        path.write_text("yamlnet: 1\nimport: {a: 0.yaml}\nmodel: {inputs: [4], layers: [Flatten]}\n")
        with pytest.raises(BlueprintError, match=f"may bring together {MAX_FILES} files"):
            load(path)
