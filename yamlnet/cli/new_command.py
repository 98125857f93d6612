"""`yamlnet new`: a first blueprint, copied from the gallery."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import click

from yamlnet.cli.failures import handles_failures


@click.command("new", short_help="Start from a blueprint of the gallery, or from your rows.")
@click.argument("starter", required=False)
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False), help="The file to write; default STARTER.yaml."
)
@click.option(
    "--from-data", "rows", type=click.Path(dir_okay=False), help="Look at a file of rows, and begin from it."
)
@click.option("--target", help="The column of --from-data that is to be told.")
@click.option("--force", is_flag=True, help="Overwrite the file.")
@handles_failures
def command(
    starter: str | None, output: str | None, rows: str | None, target: str | None, force: bool
) -> None:
    """Copy a blueprint of the gallery to start from; without a name, list them. Or begin from your rows.

    What the blueprint imports or extends is copied, too, into folders beside it.

    With --from-data the columns of a .csv, .json (lines) or .parquet file say what the blueprint reads, and
    --target what it learns to tell: a number, one of two, or one of several classes.

    Its first line leads editors to the schema of this installation, or to a blueprint-1.schema.json that
    lies beside it: yamlnet schema -o blueprint-1.schema.json writes one, for everyone who works on it.

    \b
    Example:
      yamlnet new
      yamlnet new digits -o my-digits.yaml
      yamlnet new --from-data houses.csv --target price
    """
    from yamlnet.resources import gallery

    if rows is not None:
        if starter is not None:
            raise click.UsageError("give a blueprint of the gallery or --from-data, not both")
        _from_data(Path(rows), target, output, force)
        return
    if target is not None:
        raise click.UsageError("--target is a column of the rows that --from-data names")
    starters = gallery()
    if starter is None:
        width = max(len(name) for name in starters)
        for name, path in starters.items():
            click.echo(f"{name:<{width}}  {_description(path)}")
        return
    if starter not in starters:
        raise click.UsageError(f'the gallery has no "{starter}"{_meant(starter, starters)}')
    path = _free(output or f"{Path(starter).name}.yaml", force)
    _copy(starters[starter], path, force)
    click.echo(f"  yamlnet validate {path}\n  yamlnet {_next_step(path)} {path}")


def _meant(name: str, known: Collection[str]) -> str:
    """The blueprint that is meant, by its whole name or by its last part; or all there are."""
    from yamlnet.diagnostics.suggest import closest, did_you_mean

    last = closest(name, [one.rpartition("/")[2] for one in known])
    ending = [one for one in known if last is not None and one.rpartition("/")[2] == last]
    if mend := did_you_mean(name, known):
        return mend
    if ending:
        return "; did you mean " + " or ".join(f'"{one}"' for one in ending) + "?"
    return f"; there are {', '.join(known)}"


def _copy(starter: Path, path: Path, force: bool) -> None:
    """Write a blueprint of the gallery, and below its folder those that it needs."""
    from yamlnet.cli.starters import moved_text, needed_files
    from yamlnet.resources import gallery_folder

    folder = gallery_folder()
    texts = {path: moved_text(starter, folder)}
    for file in sorted(needed_files(starter, folder)):
        beside = path.parent / file.relative_to(folder)
        text = file.read_text(encoding="utf-8")
        if not beside.is_file() or _at_home(text, beside.parent) != beside.read_text(encoding="utf-8"):
            texts[_free(str(beside), force)] = text
    for written, text in texts.items():
        written.parent.mkdir(parents=True, exist_ok=True)
        written.write_text(_at_home(text, written.parent), encoding="utf-8")
        click.echo(f"wrote {written}")


def _free(output: str, force: bool) -> Path:
    """The file to write, which must not be there."""
    path = Path(output)
    if path.exists() and not force:
        raise click.UsageError(f"{path} exists; --force overwrites it, -o writes another file")
    return path


def _from_data(rows: Path, target: str | None, output: str | None, force: bool) -> None:
    """Write a blueprint for a file of rows."""
    import os

    from yamlnet.data.first.blueprint import blueprint_name, first_blueprint

    path = _free(output or f"{blueprint_name(rows.name.split('.')[0])}.yaml", force)
    text = first_blueprint(rows, Path(os.path.relpath(rows, path.parent)).as_posix(), target, path)
    head = "# yaml-language-server: $schema=../schemas/blueprint-1.schema.json\n#\n"
    path.write_text(_at_home(head + text, path.parent), encoding="utf-8")
    click.echo(f"wrote {path}\n  yamlnet data {path}\n  yamlnet train {path}")


def _next_step(path: Path) -> str:
    """What a starter is for: many of the gallery's name no data, and are built."""
    from yamlnet.pipeline import parse_file

    value = parse_file(path).value
    return "train" if isinstance(value, dict) and "train" in value else "build"


def _at_home(text: str, folder: Path) -> str:
    """A gallery file whose first line, for editors, finds a schema from where the copy lies.

    One beside it is named alone, so that it is found on every machine. This installation's is a URI: the
    YAML language server ends a path at a blank.
    """
    from yamlnet.resources import schema_path

    path = schema_path()
    schema = path.name if (folder / path.name).is_file() else path.as_uri()
    first, rest = text.split("\n", 1)
    return f"{first.partition('$schema=')[0]}$schema={schema}\n{rest}"


def _description(path: Path) -> str:
    from yamlnet.pipeline import parse_file

    value = parse_file(path).value
    return str(value.get("description", "")) if isinstance(value, dict) else ""
