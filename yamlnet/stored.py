"""What somebody else may have stored: a model's file, or a run folder, looked through without Keras.

Nothing is loaded: whether it is what yamlnet writes is told, before anything opens it.
"""

from __future__ import annotations

from pathlib import Path

from yamlnet.compiler.archives import ENDING, OTHER_ENDINGS, inspect_archive
from yamlnet.runner.files import DATA, MANIFEST, METRICS, RESOLVED, read_json, read_manifest, require_own
from yamlnet.verdicts.limits import UNLIMITED


def is_stored(path: str) -> bool:
    """Whether a path is a model's file or a run folder, and no blueprint."""
    return path.lower().endswith((ENDING, *OTHER_ENDINGS)) or (Path(path) / MANIFEST).is_file()


def check_stored(path: str) -> str:
    """Look through a model's file or a run folder; in a word, what it is.

    Raises:
        ArchiveError: a model that no blueprint makes, or no model at all.
        YamlnetError: something in a run folder that no run writes.
        BlueprintError: the run's resolved blueprint is none.
    """
    if not Path(path).is_dir():
        inspect_archive(Path(path))
        return "a model"
    return check_run(Path(path))


def check_run(folder: Path) -> str:
    """Look through a run folder."""
    from yamlnet.pipeline import load
    from yamlnet.run_rows import MAX_RESOLVED
    from yamlnet.syntax.limits import reading_up_to

    manifest = read_manifest(folder)
    for name in (DATA, METRICS):
        if (folder / name).exists():
            read_json(folder, name)
    models = [f"{name}{ENDING}" for name in manifest["models"] if (folder / f"{name}{ENDING}").exists()]
    for name in models:
        require_own(folder, name)
        inspect_archive(folder / name)
    require_own(folder, RESOLVED)
    with reading_up_to(MAX_RESOLVED):
        load(folder / RESOLVED, max_params=UNLIMITED)
    return f"a run, {', '.join(models) or 'without a model'}"
