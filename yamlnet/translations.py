"""What a run that tells texts says of rows, and how near that is to what the rows say.

Nothing heavy is imported until it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from yamlnet.diagnostics.diagnostic import YamlnetError
from yamlnet.run_rows import divided_data, require_states

if TYPE_CHECKING:
    import numpy as np

    from yamlnet.data.table import Table
    from yamlnet.resolver.plan import Plan
    from yamlnet.runner.run import Run


OWN = ("test", "validation", "train")
"""The parts of a run's own rows, those first that it was not trained on."""


class Telling(Struct, frozen=True):
    """How texts are told.

    Attributes:
        beams: 1 takes the likeliest token each time; more look for the likeliest text, so many at a time.
        length: the most tokens of a text; None: as many as the run's targets have.
        rows: the most rows of which texts are told; None: all of them.
        note: is given a sentence where it takes long, and why.
    """

    beams: int = 1
    length: int | None = None
    rows: int | None = None
    note: Callable[[str], None] | None = None


class Told(Struct, frozen=True):
    """Texts that were told of rows.

    Attributes:
        name: of the input that they are.
        texts: one for each row.
        tokens: the same as numbers, int32 (rows, longest), filled with padding.
        wanted: what the rows say; nothing where they do not.
        unmeasured: why that cannot be compared though its column is there; else "".
        left: how many rows there are of which nothing was told.
    """

    name: str
    texts: Sequence[str]
    tokens: np.ndarray
    wanted: Sequence[str]
    unmeasured: str
    left: int

    def measured(self) -> dict[str, float]:
        """`data.target.bleu`, `.chrf`, `.exact` and `.rows`; nothing where the rows hold no texts to compare.

        Raises:
            DataError: the package `sacrebleu` is missing.
        """
        from yamlnet.data.texts.likeness import likeness

        found = likeness(self.texts, self.wanted) if self.wanted else {}
        return {f"data.{self.name}.{name}": value for name, value in found.items()}


def tells_texts(plan: Plan) -> bool:
    """Whether a plan's objective answers rows with texts."""
    from yamlnet.schema.objective_words import known_words

    return known_words(plan.objective.name).answers == "texts"


def require_telling(plan: Plan, telling: Telling | None) -> None:
    """Refuse a way of telling texts to a run that tells none.

    Raises:
        YamlnetError: naming the objective.
    """
    if telling is not None and not tells_texts(plan):
        message = f"a run of objective {plan.objective.name} tells no texts: beams and lengths are of these"
        raise YamlnetError(message)


def told_of(
    run: Run,
    plan: Plan,
    rows: str | Path | Sequence[str] | None,
    telling: Telling,
    data: str | Path | None = None,
    part: str | None = None,
) -> Told:
    """What a run tells of rows.

    Args:
        run: from `train` or `open_run`.
        plan: of its blueprint.
        rows: a file with the columns of its inputs but the target's, or the texts themselves; None for the
            run's own.
        telling: how.
        data: as in `evaluate`.
        part: of the run's own rows; default: its test rows, or what it has of validation and training rows.

    Raises:
        YamlnetError: the rows lack a column, or the run has no such rows.
    """
    from yamlnet.runner.translate import read_again, target_of, texts_told, tokens_told

    require_states(run, plan)
    target = target_of(run, plan)
    if telling.note is not None and (why := read_again(run, target)):
        telling.note(why)
    table, count = _own(run, plan, telling, data, part) if rows is None else _given(rows, plan, telling)
    tokens = tokens_told(run, plan, table, telling.beams, telling.length)
    wanted, unmeasured = _wanted(table, target.tensor.columns[0])
    return Told(target.name, texts_told(tokens, target), tokens, wanted, unmeasured, count - table.rows)


def _wanted(table: Table, column: str) -> tuple[Sequence[str], str]:
    """What rows say, nothing where they have no such column; why it cannot be compared though they have."""
    texts = table.columns[column].tolist() if column in table.columns else []
    missing = next((row for row, text in enumerate(texts) if not isinstance(text, str)), None)
    if missing is None:
        return texts, ""
    return [], f'row {table.number(missing)} of {table.source} has no text in column "{column}"'


def _own(
    run: Run, plan: Plan, telling: Telling, data: str | Path | None, part: str | None
) -> tuple[Table, int]:
    """The first rows of a part of a run's data, and how many it has."""
    from yamlnet.data.parts.reading import read_parts
    from yamlnet.data.table import together

    rows, root = divided_data(run, plan, data)
    parts = read_parts(rows, root, plan.seed)
    found = parts[part] if part is not None else next(parts[name] for name in OWN if name in parts)
    wanted = {column for tensor in rows.inputs.values() for column in tensor.columns}
    tables, held = [], 0
    for table in found.chunks(wanted):
        tables.append(table)
        held += table.rows
        if telling.rows is not None and held >= telling.rows:
            break
    return _first(together(tables), telling), found.rows


def _given(rows: str | Path | Sequence[str], plan: Plan, telling: Telling) -> tuple[Table, int]:
    """The first rows of a file, or of texts where the run reads one column, and how many there are."""
    from yamlnet.data.given_rows import read_rows, typed_rows
    from yamlnet.runner.translate import source_inputs

    inputs = source_inputs(plan)
    if isinstance(rows, str | Path):
        table = read_rows(rows, replace(plan.data, inputs=inputs) if plan.data is not None else None)
    else:
        table = typed_rows(rows, inputs.values())
    return _first(table, telling), table.rows


def _first(table: Table, telling: Telling) -> Table:
    import numpy as np

    count = table.rows if telling.rows is None else min(telling.rows, table.rows)
    return table.take(np.arange(count))
