"""unreachable-layer agrees with a search of the plan, which knows nothing of names, turns and conditions.

What stands in a loop is alive if it is in some turn: there the check may be silent about what only a turn
reads whose own output is lost.
"""

from __future__ import annotations

import json
import textwrap
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from yamlnet.checks.unreachable_layer import NAME, check
from yamlnet.diagnostics.diagnostic import KeyPath
from yamlnet.diagnostics.problems import Problems
from yamlnet.pipeline import problems_of
from yamlnet.resolver.flow import Flow, flow_of
from yamlnet.resolver.plan import Graph, Plan, references
from yamlnet.resolver.resolve import resolve
from yamlnet.schema.forms import Blueprint
from yamlnet.schema.validate import validate
from yamlnet.syntax.parse import parse

NAMES = ("a", "b", "c", "x")
FLAGS = (0, 1, 2)
Words = dict[str, Any]


def entry(sure: bool, depth: int = 2) -> st.SearchStrategy[Words]:
    """An entry that reads and names at random; if `sure`, it is there once whatever `flag` is."""
    read = (*NAMES, "_", "_", "x[:, :2]", "_[:, :2]")
    unsure = ("h${flag}", "h${1 - flag}[:, :2]", "h0", "h1")
    reads = st.sampled_from(read if sure else (*read, *unsure))
    names = st.sampled_from(NAMES if sure else (*NAMES, "h${flag}", "h${1 - flag}", "h0"))
    turns = st.sampled_from((1,) if sure else (1, 2, 6, "${flag}", {"i": "${flag + 1}"}))
    holds = st.sampled_from(("${flag > 0}", "${flag == 0}"))
    repeated: dict[str, st.SearchStrategy[Any]] = {"for": turns} | ({} if sure else {"if": holds})
    words = st.fixed_dictionaries({}, optional={"from": reads, "as": names, **repeated})
    joined = st.fixed_dictionaries({"from": st.lists(reads, min_size=2, max_size=3)}, optional={"as": names})
    kinds = [
        words.map(lambda found: {"ReLU": found}),
        words.map(lambda found: {"tower": found}),
        joined.map(lambda found: {"Concatenate": found}),
    ]
    if depth > 0:
        kinds.append(words.map(lambda found: {"unit": found}))
        layers = st.lists(entry(sure, depth - 1), min_size=1, max_size=4)
        kinds.append(st.fixed_dictionaries({"layers": layers}, optional=repeated))
    return st.one_of(kinds)


def blueprint(sure: bool) -> st.SearchStrategy[Words]:
    """Every name means something before the entries begin, so that none is unknown.

    The block reads its input whatever else it does: one that does not is unused-input's to tell.
    """
    first = [{"ReLU": {"from": "x", "as": name}} for name in ("a", "b", "c", "h0", "h1")]
    entries = st.lists(entry(sure), min_size=1, max_size=8)
    inner = st.lists(entry(sure, 0), min_size=1, max_size=5)
    start = {"ReLU": {"from": "given", "as": "x"}}
    outputs = st.sampled_from(NAMES)
    return st.builds(
        lambda entries, output, inner, end: {
            "yamlnet": 1,
            "params": {"flag": 1},
            "blocks": {
                "unit": {
                    "inputs": "given",
                    "layers": [start, *first, *inner, {"Concatenate": {"from": [end, "given"]}}],
                }
            },
            "models": {"tower": {"inputs": [4], "layers": ["ReLU"]}},
            "model": {"inputs": {"x": [4]}, "layers": [*first, *entries], "outputs": output},
        },
        entries,
        outputs,
        inner,
        outputs,
    )


def resolved(document: Words) -> tuple[Blueprint, Plan]:
    problems = Problems()
    found = validate(parse(json.dumps(document), "generated.yaml"), problems)
    plan = resolve(found, problems=problems)
    assume(not problems.failed)
    return found, plan


def living(graph: Graph) -> set[KeyPath]:
    """The places of the nodes that outputs depend on, and of the block uses that they were made in."""
    by_name = {node.name: node for node in graph.nodes}
    waiting = [ref.node for ref in graph.outputs.values()]
    seen: set[str] = set()
    found: set[KeyPath] = set()
    while waiting:
        name = waiting.pop()
        if name in by_name and name not in seen:
            seen.add(name)
            node = by_name[name]
            found |= {node.path, *node.used_at}
            waiting += [ref.node for ref in references([*node.args, dict(node.kwargs)])]
    return found


def unreached(flow: Flow) -> set[KeyPath]:
    alive = flow.behind(flow.outputs)
    return {path for path in flow.entries if flow.places[path] not in alive}


@settings(max_examples=80, deadline=None)
@given(blueprint(sure=True))
def test_without_conditions_and_further_turns_it_is_exact(document: Words) -> None:
    found, plan = resolved(document)
    alive = living(plan.models["model"])
    flow = flow_of(found.models["model"], found)
    dead = {path for path in flow.entries if path not in alive}
    assert unreached(flow) <= dead
    if '"for": 6' not in json.dumps(
        document
    ):  # what only a loop's first turn reads may be dead, and is not told
        assert unreached(flow) == dead
    unit = flow_of(found.blocks["unit"], found)
    if any(path in alive for path in unit.entries):
        assert unreached(unit) == {path for path in unit.entries if path not in alive}


@settings(max_examples=80, deadline=None)
@given(blueprint(sure=False))
def test_what_is_told_is_dead_for_every_parameter(document: Words) -> None:
    for flag in FLAGS:
        document["params"] = {"flag": flag}
        found, plan = resolved(document)
        alive = living(plan.models["model"])
        assert not {problem.path for problem in check(found, plan)} & alive


@settings(max_examples=40, deadline=None)
@given(st.booleans().flatmap(blueprint))
def test_every_dead_entry_is_told_or_leads_to_one_that_is(document: Words) -> None:
    found, plan = resolved(document)
    told = {problem.path for problem in check(found, plan)}
    for graph in found.graphs:
        flow = flow_of(graph, found)
        alive = flow.behind(flow.outputs)
        branches = flow.behind({flow.places[path] for path in told if path in flow.places})
        assert all(flow.places[path] in alive | branches for path in flow.entries)


def told(layers: str, outputs: str) -> list[KeyPath]:
    head = "yamlnet: 1\nparams: {n: 2}\nmodel:\n  inputs: {x: [4]}\n"
    text = f"{head}  layers:\n{textwrap.indent(textwrap.dedent(layers), '    ')}\n  outputs: {outputs}\n"
    problems, _ = problems_of(text, "f")
    assert all(problem.severity == "warning" for problem in problems)
    return [problem.path for problem in problems if problem.check == NAME]


def test_what_the_next_turn_reads_is_reached() -> None:
    by_place = """
        - for: ${n}
          layers:
            - Concatenate: {from: [_, x], as: y}
            - ReLU
    """
    by_name = """
        - ReLU: {as: a}
        - for: 2
          layers:
            - Concatenate: {from: [a, x], as: y}
            - ReLU: {from: x, as: a}
    """
    assert told(by_place, "y") == told(by_name, "y") == []


def test_what_only_some_parameters_reach_is_reached() -> None:
    named = '{answer: "h${n}_end"}'
    two = "- ReLU: {as: h2_end}\n- ReLU: {from: x, as: h3_start}\n- ReLU: {from: x, as: g2_end}"
    assert told(two, named) == [("model", "layers", 2, "ReLU"), ("model", "layers", 1, "ReLU")]
    assert told("- ReLU: {as: h2}\n- Add: {from: ['h${n}', x], as: y}", "y") == []
    assert (
        told("- ReLU: {as: a}\n- ReLU: {from: x, as: b}\n- Add: {from: [a, b], if: '${n > 3}', as: b}", "b")
        == []
    )
    assert told("- ReLU: {as: 'h${n}'}\n- ReLU: {from: x, as: b}\n- Add: {from: [h2, b]}", "b") != []


def test_a_layer_that_is_called_again_is_made_by_the_first_call() -> None:
    layers = "- Dense: {units: 4, name: d}\n- d: {from: x, as: y}"
    assert told(layers, "y") == []
    assert told(layers, "d") == [("model", "layers", 1, "d")]
