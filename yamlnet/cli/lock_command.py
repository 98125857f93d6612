"""`yamlnet lock`: pin what the files that blueprints name hold."""

from __future__ import annotations

from pathlib import Path

import click

from yamlnet.cli.failures import handles_failures
from yamlnet.cli.options import max_bytes_option


@click.command("lock", short_help="Pin what imported files hold.")
@click.argument("blueprints", nargs=-1, required=True, type=click.Path(), metavar="BLUEPRINT...")
@max_bytes_option
@handles_failures
def command(blueprints: tuple[str, ...]) -> None:
    """Write blueprint.lock beside blueprints: the hash of every file that they import or extend.

    Commit it. With --locked, every command refuses a file that is not as pinned; without, the change is
    told. Files of git repositories are taken at the pinned commit, and pinned files from elsewhere are kept
    on this machine, so that they need no network again.

    \b
    Example:
      yamlnet lock resnet.yaml
      yamlnet train resnet.yaml --locked
    """
    from yamlnet.assembly.assembled import Pin
    from yamlnet.assembly.lock import NAME, write_lock
    from yamlnet.pipeline import load

    by_folder: dict[Path, dict[str, Pin]] = {}
    for blueprint in blueprints:
        loaded = load(blueprint, lock="ignore")
        by_folder.setdefault(loaded.path.parent, {}).update(loaded.pins)
    for folder, pins in by_folder.items():
        if not pins and not (folder / NAME).exists():
            click.echo(f"the blueprints in {folder} name no other files: there is nothing to pin")
            continue
        path = write_lock(folder, pins)
        click.echo(f"wrote {path}: {len(pins)} file{'s' if len(pins) != 1 else ''}")
