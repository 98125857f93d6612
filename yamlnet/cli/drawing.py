"""Drawing a graph: as text, Mermaid, Graphviz, or a picture."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from yamlnet.resolver.plan import (
    FunctionCall,
    Graph,
    LayerCall,
    ModelCall,
    Node,
    SliceCall,
    TensorRef,
    TrainPlan,
)
from yamlnet.resolver.transfer_plan import covered
from yamlnet.schema.words import DEFAULT_MODEL

Edges = dict[str, list[str]]
"""For each node, the nodes that it reads, each once."""


def edges(graph: Graph) -> Edges:
    """What each node of a graph reads."""
    return {node.name: list(dict.fromkeys(_reads([node.args, node.kwargs]))) for node in graph.nodes}


def _reads(value: object) -> Iterator[str]:
    if isinstance(value, TensorRef):
        yield value.node
    elif isinstance(value, Mapping):
        yield from _reads(list(value.values()))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _reads(item)


def label(node: Node) -> str:
    """What a node calls, with the arguments that tell most."""
    callee = node.callee
    if isinstance(callee, LayerCall):
        shown = [
            str(value) for value in callee.layer.arguments.values() if isinstance(value, int | float | str)
        ]
        return f"{callee.layer.name}({', '.join(shown[:3])})" if shown else callee.layer.name
    if isinstance(callee, FunctionCall):
        return f"{'ops' if callee.kind == 'op' else 'random'}.{callee.function}"
    if isinstance(callee, ModelCall):
        return f"model {callee.model}"
    assert isinstance(callee, SliceCall)
    return "slice"


def learnt_marks(graph: Graph, train: TrainPlan | None) -> dict[str, str]:
    """Of layers that are not learnt, or not from the beginning: how long they are frozen."""
    marks: dict[str, str] = {}
    prefix = "" if graph.name == DEFAULT_MODEL else f"{graph.name}/"
    for node in graph.nodes:
        path = f"{prefix}{node.callee.instance}" if isinstance(node.callee, LayerCall) else None
        for stage in train.transfer.freeze if train is not None and path is not None else ():
            if covered(stage.layers, str(path)) and marks.get(node.name) != "frozen":
                marks[node.name] = f"frozen for {stage.until} epochs" if stage.until else "frozen"
    return marks


def as_text(graph: Graph, marks: Mapping[str, str] = MappingProxyType({})) -> str:
    """One line a node: its name, what it is, and what it reads if that is not the line above; its mark."""
    known = edges(graph)
    width = max(
        [len(node.name) for node in graph.nodes] + [len(given.name) for given in graph.inputs], default=0
    )
    lines = [f"{graph.name}"]
    for given in graph.inputs:
        shape = "×".join("null" if axis is None else str(axis) for axis in given.shape or ())
        lines.append(f"  {given.name:<{width}}  input {shape}")
    above = graph.inputs[-1].name if graph.inputs else ""
    for node in graph.nodes:
        reads = known[node.name]
        source = "" if reads == [above] else f"  ← {', '.join(reads)}"
        mark = f"  ({marks[node.name]})" if node.name in marks else ""
        lines.append(f"  {node.name:<{width}}  {label(node)}{source}{mark}")
        above = node.name
    outputs = ", ".join(
        f"{name} = {ref.node}" if name != ref.node else name for name, ref in graph.outputs.items()
    )
    return "\n".join([*lines, f"  → {outputs}"]) + "\n"


def as_mermaid(graph: Graph) -> str:
    """A Mermaid flowchart (https://mermaid.js.org/syntax/flowchart.html), which GitHub shows in Markdown."""
    lines = ["flowchart TD"]
    lines += [f'  {given.name}(["{given.name}"])' for given in graph.inputs]
    lines += [f'  {_id(node.name)}["{node.name}<br/>{_quoted(label(node))}"]' for node in graph.nodes]
    lines += [
        f"  {_id(source)} --> {_id(name)}" for name, sources in edges(graph).items() for source in sources
    ]
    return "\n".join(lines) + "\n"


def as_dot(graph: Graph) -> str:
    """A Graphviz file (https://graphviz.org/doc/info/lang.html)."""
    lines = [f'digraph "{graph.name}" {{', "  node [shape=box, fontname=Helvetica];"]
    lines += [f'  "{given.name}" [shape=ellipse];' for given in graph.inputs]
    lines += [f'  "{node.name}" [label="{node.name}\\n{_quoted(label(node))}"];' for node in graph.nodes]
    lines += [f'  "{source}" -> "{name}";' for name, sources in edges(graph).items() for source in sources]
    return "\n".join([*lines, "}"]) + "\n"


def _id(name: str) -> str:
    return "".join(c if c.isalnum() or c == "_" else "_" for c in name)


def _quoted(text: str) -> str:
    return text.replace('"', "'")


BOX_WIDTH, BOX_HEIGHT, ROW, COLUMN = 2.6, 0.55, 1.0, 3.0
"""In inches, as matplotlib counts."""
LARGEST = 400


def draw(graph: Graph, path: Path) -> None:
    """A picture of the graph, inputs at the top: .svg, .png or .pdf by the path's ending.

    Each node stands one row below the lowest node that it reads (longest-path layering, Sugiyama et al.
    1981), in the column of what it reads first.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.patches import FancyBboxPatch

    places = _places(graph)
    columns = 1 + max(column for column, _ in places.values())
    rows = 1 + max(row for _, row in places.values())
    figure = Figure(figsize=(columns * COLUMN + 0.4, rows * ROW + 0.4))
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(-0.2, columns * COLUMN + 0.2)
    axes.set_ylim(-rows * ROW - 0.1, 0.3)
    axes.axis("off")
    texts = {given.name: (given.name, "input") for given in graph.inputs}
    texts |= {node.name: (node.name, label(node)) for node in graph.nodes}
    for name, (title, below) in texts.items():
        x, y = _corner(places[name])
        fill = "#ddf4ff" if below == "input" else "#f6f8fa"
        box = FancyBboxPatch(
            (x, y),
            BOX_WIDTH,
            BOX_HEIGHT,
            boxstyle="round,pad=0.04",
            facecolor=fill,
            edgecolor="#57606a",
            lw=0.8,
        )
        axes.add_patch(box)
        middle = x + BOX_WIDTH / 2
        axes.text(middle, y + 0.36, title[:34], ha="center", va="center", fontsize=8, weight="bold")
        axes.text(middle, y + 0.15, below[:40], ha="center", va="center", fontsize=7, color="#57606a")
    for name, sources in edges(graph).items():
        for source in sources:
            _arrow(axes, _corner(places[source]), _corner(places[name]))
    figure.savefig(path, dpi=110)


def _arrow(axes: Any, start: tuple[float, float], end: tuple[float, float]) -> None:
    """A curve that leaves and arrives vertically, behind the boxes; past boxes of its own column, around."""
    from matplotlib.patches import FancyArrowPatch
    from matplotlib.path import Path as Curve

    x0, y0 = start[0] + BOX_WIDTH / 2, start[1] - 0.04
    x1, y1 = end[0] + BOX_WIDTH / 2, end[1] + BOX_HEIGHT + 0.04
    around = BOX_WIDTH * 0.72 if x0 == x1 and y0 - y1 > ROW else 0.0
    reach = min(0.5 * (y0 - y1), ROW)
    curve = Curve(
        [(x0, y0), (x0 + around, y0 - reach), (x1 + around, y1 + reach), (x1, y1)],
        [Curve.MOVETO, Curve.CURVE4, Curve.CURVE4, Curve.CURVE4],
    )
    axes.add_patch(
        FancyArrowPatch(path=curve, arrowstyle="-|>", mutation_scale=9, color="#57606a", lw=0.8, zorder=0.5)
    )


def _corner(place: tuple[int, int]) -> tuple[float, float]:
    column, row = place
    return column * COLUMN + 0.1, -(row + 1) * ROW + 0.3


def _places(graph: Graph) -> dict[str, tuple[int, int]]:
    """The column and row of each input and node."""
    known = edges(graph)
    places: dict[str, tuple[int, int]] = {}
    taken: dict[int, set[int]] = defaultdict(set)
    for given in graph.inputs:
        column = len(taken[0])
        taken[0].add(column)
        places[given.name] = (column, 0)
    for node in graph.nodes:
        reads = known[node.name]
        row = 1 + max((places[source][1] for source in reads), default=0)
        column = places[reads[0]][0] if reads else 0
        while column in taken[row]:
            column += 1
        taken[row].add(column)
        places[node.name] = (column, row)
    return places
