"""Resolving: names, loops, blocks, sharing, and what must always hold of a plan."""

from __future__ import annotations

import copy
import textwrap
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from yamlnet.diagnostics.diagnostic import BlueprintError
from yamlnet.diagnostics.problems import Problems
from yamlnet.pipeline import inspect, load
from yamlnet.resolver.plan import Graph, LayerCall, ModelCall, Plan, TensorRef
from yamlnet.resolver.resolve import resolve
from yamlnet.resolver.unparse import unparse
from yamlnet.resources import gallery
from yamlnet.schema.validate import validate
from yamlnet.syntax.parse import parse

OK = sorted((Path(__file__).parent.parent / "blueprints" / "ok").glob("*.yaml"))


def plan_of(layers: str, head: str = "", outputs: str = "") -> Plan:
    text = f"yamlnet: 1\n{textwrap.dedent(head)}\nmodel:\n  inputs: {{x: [4]}}\n  layers:\n"
    text += textwrap.indent(textwrap.dedent(layers).strip("\n"), "    ")
    return inspect(parse(f"{text}\n{outputs}", "test.yaml"))[1]


def names(plan: Plan) -> list[str]:
    return [node.name for node in plan.models["model"].nodes]


def reads(plan: Plan) -> list[object]:
    def of(value: object) -> object:
        return [of(item) for item in value] if isinstance(value, list) else getattr(value, "node", value)

    return [of(node.args[0]) for node in plan.models["model"].nodes]


def test_previous_is_the_default_input() -> None:
    plan = plan_of("- Dense: 3\n- ReLU\n- Dense: 2")
    assert reads(plan) == ["x", "dense", "re_lu"]
    assert plan.models["model"].outputs == {"dense_1": TensorRef("dense_1")}


def test_count_loop_chains_and_numbers() -> None:
    plan = plan_of("- Dense: {units: 4, as: start}\n- Dense: {units: 4, from: start, for: 3, as: step}")
    assert names(plan) == ["start", "step_1", "step_2", "step_3"]
    assert reads(plan) == ["x", "start", "step_1", "step_2"]


def test_a_loop_begins_with_the_first_turn_that_is_there() -> None:
    plan = plan_of("""
        - Dense: {units: 4, as: start}
        - Dense: {units: 3}
        - Dense: {units: 4, from: start, for: {i: 4}, if: "${i > 1}", as: step}
        - Dense: {units: 2, from: step, for: 2, if: false, as: none}
        - Add: {from: [none, step]}
    """)
    assert names(plan) == ["start", "dense", "i2_step", "i3_step", "add"]
    assert reads(plan) == ["x", "start", "start", "i2_step", ["i3_step", "i3_step"]]


def test_loop_variables_are_visible_and_name() -> None:
    layers = '[{Dense: {units: "${i * w}"}}, {Dense: {units: 1, as: "d${i}w${w}"}}]'
    plan = plan_of(f"- layers: {layers}\n  for: {{i: [1, 2]}}", head="params: {w: 3}")
    assert names(plan) == ["i1_dense", "d1w3", "i2_dense", "d2w3"]
    units = [node.callee.layer.arguments["units"] for node in plan.models["model"].nodes
             if isinstance(node.callee, LayerCall)]  # fmt: skip
    assert units == [3, 1, 6, 1]


def test_a_false_entry_is_as_if_not_written() -> None:
    plan = plan_of(
        "- Dense: {units: 3, as: a}\n- Dense: {units: 9, from: x, if: false, as: b}\n- Add: {from: [a, b]}"
    )
    assert reads(plan) == ["x", ["a", "x"]]


def test_blocks_have_their_own_scope() -> None:
    head = """
    blocks:
      unit:
        params: {units: 4}
        layers:
          - Dense: {units: "${units}", as: body}
          - Add: {from: [input, body]}
    """
    plan = plan_of("- unit\n- unit: 4\n- unit: {units: 4, as: last}\n- Dense: {units: 1, from: last}", head)
    assert names(plan)[:6] == ["unit_body", "unit_add", "unit_1_body", "unit_1_add", "last_body", "last_add"]
    assert reads(plan)[-1] == "last_add"
    with pytest.raises(BlueprintError, match='no tensor is called "body"'):
        plan_of("- unit\n- Dense: {units: 1, from: body}", head)


def test_changing_one_place_renames_nothing_elsewhere() -> None:
    head = "blocks: {unit: {layers: [{Dense: 4}, ReLU]}}\n"
    before = names(plan_of("- unit: {as: one}\n- unit: {as: two}", head))
    after = names(plan_of("- unit: {as: one}\n- Dense: 4\n- unit: {as: two}", head))
    assert [name for name in after if name != "dense"] == before


def test_a_named_layer_called_again_is_the_same_layer() -> None:
    plan = plan_of(
        "- Dense: {units: 4, name: shared, as: a}\n- shared: {from: x, as: b}\n- shared: {from: b}"
    )
    instances = {
        node.callee.instance for node in plan.models["model"].nodes if isinstance(node.callee, LayerCall)
    }
    assert instances == {"shared"}
    assert len(set(names(plan))) == 3


def test_losses_in_a_list_are_those_of_the_outputs_in_order() -> None:
    layers = "- Dense: {units: 3, from: x, as: kind}\n- Dense: {units: 1, from: x, as: size}"
    rest = "  outputs: [kind, size]\ndata:\n  train: {Csv: rows.csv}\ntrain:\n  loss: [mse, mae]"
    train = plan_of(layers, outputs=rest).train
    assert train is not None and isinstance(train.loss, dict)
    assert {name: spec.name for name, spec in train.loss.items()} == {
        "kind": "MeanSquaredError",
        "size": "MeanAbsoluteError",
    }


def test_shadowing_as_a_python_variable() -> None:
    plan = plan_of("- Dense: {units: 4, as: h}\n- Dense: {units: 4, as: h}\n- Dense: {units: 1, from: h}")
    assert reads(plan) == ["x", "h", "h_1"]


def test_models_come_before_their_callers() -> None:
    head = """
    models:
      outer: {inputs: {a: [4]}, layers: [inner]}
      inner: {inputs: {a: [4]}, layers: [Dense: 2]}
    """
    plan = plan_of("- outer", head)
    assert list(plan.models) == ["inner", "outer", "model"]
    assert isinstance(plan.models["model"].nodes[0].callee, ModelCall)


def test_facts_fill_in_what_was_unknown() -> None:
    text = "yamlnet: 1\nmodel:\n  inputs: [4]\n  layers:\n    - Dense: ${data.y.classes}\n"
    blueprint = validate(parse(text, "t.yaml"))
    assert resolve(blueprint).unknown == (("model", "layers", 0, "Dense"),)
    plan = resolve(blueprint, {"steps": 10, "data": {"y": {"classes": 7}}})
    assert plan.unknown == ()
    call = plan.models["model"].nodes[0].callee
    assert isinstance(call, LayerCall)
    assert call.layer.arguments == {"units": 7}


@pytest.mark.parametrize("path", OK, ids=lambda path: path.stem)
def test_unparse_round_trips(path: Path) -> None:
    plan = load(path).plan
    if plan.unknown:
        told = {"classes": 10, "vocabulary_size": 12, "length": 8}
        tensors = [*plan.data.inputs, *plan.data.targets] if plan.data else []
        facts = {"steps": 100, "data": dict.fromkeys(tensors, told)}
        plan = resolve(validate(parse(path.read_text(), path.name)), facts)
    import json

    again = inspect(parse(json.dumps(unparse(plan)), "again.yaml"))[1]
    assert unparse(again) == unparse(plan)
    for name, graph in plan.models.items():
        assert [node.name for node in called(again.models[name])] == [node.name for node in called(graph)]


def called(graph: Graph) -> list[object]:
    return [node for node in graph.nodes if type(node.callee).__name__ != "SliceCall"]


entries = st.recursive(
    st.fixed_dictionaries({"units": st.integers(1, 9)}, optional={"as": st.sampled_from(["a", "b"])}).map(
        lambda body: {"Dense": body}
    ),
    lambda inner: st.fixed_dictionaries(
        {"layers": st.lists(inner, min_size=1, max_size=3)},
        optional={"for": st.integers(0, 3) | st.just({"i": [1, 5]}), "if": st.booleans()},
    ),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(entries, min_size=1, max_size=5))
def test_plans_are_deterministic_ordered_and_uniquely_named(layers: list[object]) -> None:
    import json

    text = json.dumps({"yamlnet": 1, "model": {"inputs": {"x": [4]}, "layers": layers}})
    plan = inspect(parse(text, "t.yaml"))[1]
    assert inspect(parse(text, "t.yaml"))[1] == plan
    seen = {given.name for given in plan.models["model"].inputs}
    for node in plan.models["model"].nodes:
        assert node.name not in seen
        assert all(ref.node in seen for ref in node.args if isinstance(ref, TensorRef))
        seen.add(node.name)


def test_hundred_thousand_nodes_and_not_more_than_the_limit() -> None:
    loop = "- layers: [{Dense: {units: 4, for: 100}}]\n  for: {i: %d}"
    assert len(plan_of(loop % 1000).models["model"].nodes) == 100_000
    with pytest.raises(BlueprintError, match="3,000 × 101 = 303,000 entries; a model may have 250,000"):
        plan_of(loop % 3000)


def written_models(document: Any) -> dict[str, Any]:
    """The models of a file by their names in its plan."""
    main = {"model": document["model"]} if "model" in document else {}
    return {**document.get("models", {}), **main}


def test_an_unrelated_change_renames_no_layer_of_the_gallery() -> None:
    """Weights are saved under the names: an entry more, anywhere in a model, leaves all others theirs."""
    for path in gallery().values():
        loaded = load(path)
        for name, model in written_models(loaded.tree.value).items():
            before = {node.name for node in loaded.plan.models[name].nodes}
            for place in range(1, len(model["layers"]) + 1):
                changed = copy.deepcopy(loaded.tree.value)
                entry = "GaussianNoise" if place % 2 else {"Identity": {}}
                written_models(changed)[name]["layers"].insert(place, entry)
                tree = replace(loaded.tree, value=changed)
                plan = resolve(validate(tree, found := Problems()), problems=found)
                assert before <= {node.name for node in plan.models[name].nodes}, (path, name, place)
