"""Golden pairs of what only building (`err-build/`) and training (`err-data/`) refuse, on every backend.

Likewise the scenes with a plugin: reading its layers imports Keras.

A file of `err-build/` loads and does not build; one of `err-data/` is refused by `train` before there is a
run folder. The texts are the same on every backend. One process runs all files while `message_sites.py`
watches, so the proof that every message is shown costs no second run.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from scenes import BLUEPRINT, needs_keras, resolved

pytestmark = pytest.mark.backend

FOLDER = Path(__file__).parent / "blueprints"
FILES = sorted(
    path for stage in ("err-build", "err-data", "warn-data") for path in (FOLDER / stage).glob("*.yaml")
)
OK_SCENES = sorted(filter(needs_keras, (FOLDER / "ok-scenes").iterdir()))
ERR_SCENES = sorted(filter(needs_keras, (FOLDER / "err-scenes").iterdir()))
ROOMS = ("compiler/", "data/", "objectives/", "asked.py", "pipeline.py")

PROGRESS = "shown on a terminal while files are read"
MISSING_PACKAGE = "needs a machine without the package"
NETWORK = "told in the words of the network, or of a server: tests/data/test_urls.py, tests/data/test_sql.py"
STRANGER = "told of what a run of somebody else keeps: tests/data/test_units.py"
PREDICTED = "told of what is predicted: tests/data/test_units.py"
EXCEPTED = {
    "compiler/objects.py _path: ": "`validate` refused the name before; a guard for plans made by code",
    "compiler/objects.py _refuse_unread: ": "`validate` refused the argument before; a guard, likewise",
    "compiler/initializers.py _stft_window: ": "`validate` takes a window's name, never its values",
    "compiler/lowering.py Lowering._input: ": "`validate` refused it before: a guard for a new Keras",
    "compiler/lowering.py Lowering._model: ": "the check name-clash refuses it before; a guard",
    "data/media/decoding.py require_decoder: ": MISSING_PACKAGE,
    "data/texts/likeness.py require_sacrebleu: ": MISSING_PACKAGE,
    "data/transforms/resize.py apply: pip install": MISSING_PACKAGE,
    "data/transforms/resize.py apply: resizing images needs": MISSING_PACKAGE,
    "data/media/contents.py content: it cannot be read": "needs a file that may not be read: not for root",
    "data/media/contents.py content: it is larger than a gibibyte": "takes a file of a gibibyte",
    "data/media/contents.py content: it is no file but": "rows of a column of files are files or nothing",
    "data/media/columns.py _broken: ": PROGRESS,
    "data/media/file_split.py FileSplit": PROGRESS,
    "data/files/found.py _relative: , which": "needs two folders: tests/data/test_files_of_sources.py",
    "data/dataset.py way: ": "told as training begins: tests/data/test_file_batches.py",
    "data/media/decoding.py rates: ": PROGRESS,
    "data/media/decoding.py read: ": PROGRESS,
    "data/media/sounds.py decode_sound: it is too long": "takes a sound of a gibibyte",
    "data/fitting.py require_fitted: ": STRANGER,
    "data/transforms/normalize.py Learnt.__post_init__: ": STRANGER,
    "data/transforms/normalize.py inverse: ": PREDICTED,
    "data/transforms/scale.py inverse: ": PREDICTED,
    "data/windows.py agreed_lengths: ": "takes a column of lists of any length: tests/data/test_windows.py",
    "data/given_rows.py ": "told about a file given on the command line",
    "data/report/findings.py ": "shown by `yamlnet data`: tests/data/test_report.py",
    "data/report/report.py ": "what is looked at meanwhile, on a terminal",
    "data/first/blueprint.py ": "told by `yamlnet new --from-data`: tests/data/test_first_blueprint.py",
    "data/first/target.py ": "likewise",
    "data/first/roles.py ": "likewise, in comments of what it writes",
    'data/texts/tokenizer_files.py read_tokenizer: "{}" is larger': "takes a file of 64 MiB",
    "data/texts/vocabularies.py _shown": "what a terminal is shown meanwhile",
    "data/texts/vocabularies.py require_tokenizers: ": MISSING_PACKAGE,
    "data/streams/spool.py _keep: {} has no rows": "a guard: the sources tell it first",
    "data/streams/stream.py Stream.indexed: ": "what stands beside a bar",
    "data/streams/streamed_split.py StreamedSplit.indexed: ": "likewise",
    "data/parts/reading.py _streams: series of": "part of a name in the cache",
    "data/streams/spool.py spooled: ": "a disk that is full: tests/data/test_streams.py",
    "data/files/contents.py broken: {} cannot be read": "told where a file may not be read; root always may",
    "data/files/contents.py require_pyarrow: ": MISSING_PACKAGE,
    "data/files/csv_mistakes.py tell: {} does not read": "a guard, in Arrow's words",
    "data/files/fetching.py _kept: ": NETWORK,
    "data/files/fetching.py _shown: ": "what stands beside a bar",
    "data/files/fetching.py _unreachable: {} cannot be fetched": NETWORK,
    "data/files/fetching.py fetch: [DataError] f'{url} {why}'": "`validate` refused the URL before; a guard",
    "data/files/fetching.py fetch: pip install": MISSING_PACKAGE,
    "data/files/fetching.py fetch: reading {} needs fsspec": MISSING_PACKAGE,
    "data/files/found.py _ordinary: ": "needs Linux's /proc: tests/data/test_files_of_sources.py",
    "data/files/folders.py _walked: ": "a link, likewise: tests/data/test_files_of_sources.py",
    "data/files/folders.py source_of: ": "told about a folder given on the command line",
    "data/sources/hugging_face.py _of_hub: the data set": NETWORK,
    "data/sources/hugging_face.py read: ": MISSING_PACKAGE,
    "data/sources/parquet_files.py _opened: {} cannot be read": "a damaged file, in Arrow's words",
    "data/sources/sql.py : SET ": "what a database is told",
    "data/sources/sql.py _connected: ": NETWORK,
    "data/sources/sql.py _engine: a database of": MISSING_PACKAGE,
    "data/sources/sql.py _engine: pip install": MISSING_PACKAGE,
    "data/sources/sql.py _tables: ": "takes more rows than are fetched together: tests/data/test_sql.py",
    "data/sources/sql.py read: a database": MISSING_PACKAGE,
    "data/sources/sql.py read: pip install": MISSING_PACKAGE,
    "data/sources/sql.py read: the source Sql needs": MISSING_PACKAGE,
    "data/sources/sklearn_datasets.py read: pip install": MISSING_PACKAGE,
    "data/sources/sklearn_datasets.py read: the source Sklearn needs": MISSING_PACKAGE,
    "data/sources/keras_datasets.py : Ankle boot": "the name of a class",
    "objectives/__init__.py implementation: ": "needs an installed package: tests/objectives/test_plugins.py",
    "data/sources/keras_datasets.py read: ": "needs a machine without network and without Keras's cache",
    "pipeline.py save: ": "told about a file that cannot be written",
}
"""Sites by how they begin (file, function, text), each with the reason why no golden file shows it."""

SHOWN_HERE = ("resolver/evaluate.py _Walk._fact: ", "schema/dotted.py _of_plugin: ", "catalog/plugins.py ")
"""What the proof without a backend (`test_golden_coverage.py`) leaves to this one."""


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    script = Path(__file__).parent / "message_sites.py"
    command = [sys.executable, str(script), "err-build", "err-data", "warn-data", "err-scenes"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr[-4000:]
    return dict(json.loads(ran.stdout.splitlines()[-1]))


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_err(path: Path, found: dict[str, Any]) -> None:
    assert_golden(found["texts"][f"{path.parent.name}/{path.name}"], path.with_suffix(".out"))


@pytest.mark.parametrize("folder", ERR_SCENES, ids=lambda folder: folder.name)
def test_err_scene(folder: Path, found: dict[str, Any]) -> None:
    assert_golden(found["texts"][f"err-scenes/{folder.name}/{BLUEPRINT}"], folder / "blueprint.out")


@pytest.mark.parametrize("folder", OK_SCENES, ids=lambda folder: folder.name)
def test_ok_scene(folder: Path) -> None:
    assert_golden(resolved(folder), folder / "resolved.out")


def assert_golden(text: str, path: Path) -> None:
    if os.environ.get("YAMLNET_UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")
    assert text, "it was not refused"


def test_every_message_is_shown_or_excepted(found: dict[str, Any]) -> None:
    unshown = [
        site for site, files in found["sites"].items() if site.startswith((*ROOMS, *SHOWN_HERE)) and not files
    ]
    assert [site for site in unshown if not site.startswith(tuple(EXCEPTED))] == []


def test_no_exception_is_out_of_date(found: dict[str, Any]) -> None:
    for beginning in EXCEPTED:
        sites = {site: files for site, files in found["sites"].items() if site.startswith(beginning)}
        assert sites, f"no site begins with {beginning!r}"
        assert not any(sites.values()), f"a golden file shows {beginning!r}"


def test_the_tests_that_are_named_are_there() -> None:
    named = {name for reason in EXCEPTED.values() for name in re.findall(r"tests/[\w/]+\.py", reason)}
    assert named
    assert [name for name in sorted(named) if not (Path(__file__).parent.parent / name).is_file()] == []


def test_a_golden_file_that_is_removed_is_missed(found: dict[str, Any]) -> None:
    alone = {files[0] for files in found["sites"].values() if len(files) == 1}
    assert {"err-build/batch_axis_lost.yaml", "err-data/losses.yaml", "err-data/metrics.yaml"} <= alone
    refused = [path for path in FILES if path.parent.name != "warn-data"]  # whose messages `warn/` has too
    assert len(alone) > len(refused) * 3 / 4
