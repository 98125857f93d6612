"""A network learns from each kind of source, and predicts raw rows of its kind in a process of its own."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow
import pytest
from pyarrow import parquet

from yamlnet.pipeline import load

pytestmark = [pytest.mark.backend, pytest.mark.usefixtures("on_jax")]

BLUEPRINT = """\
yamlnet: 1
model:
  inputs: {{size: []}}
  layers:
    - Reshape: [1]
    - Dense: {{units: 1, as: price}}
data:
  train: {source}
  inputs: {{size: {{column: {size}, normalize: standard}}}}
  targets: {{price: {{column: {price}, reshape: [1], dtype: float32}}}}
train: {{loss: mse, epochs: 1}}
"""

PREDICT = """
import json, sys
from yamlnet.runs import open_run, predict
found = {}
for name, (run, rows) in json.loads(sys.argv[1]).items():
    found[name] = predict(open_run(run), rows)["price"].tolist()
print(json.dumps(found))
"""

ROWS = {"size": [1.0, 2.0, 3.0, 5.0], "price": [2.0, 4.0, 6.0, 10.0]}


def make(folder: Path) -> dict[str, tuple[str, str, str, str]]:
    """Files of every kind; for each the source, its two columns, and a file of raw rows."""
    datasets = pytest.importorskip("datasets")
    datasets.disable_progress_bars()
    records = [dict(zip(ROWS, row, strict=True)) for row in zip(*ROWS.values(), strict=True)]
    lines = [f"{row['size']:g};{row['price']:g}".replace(".", ",") for row in records]
    (folder / "rows.csv").write_text("\n".join(lines) + "\n", encoding="utf-16")
    (folder / "rows.json").write_text(json.dumps(records, indent=1))
    (folder / "parts").mkdir()
    for number in range(2):
        parquet.write_table(pyarrow.table(ROWS).slice(number * 2, 2), folder / f"parts/{number}.parquet")
    np.save(folder / "rows.npy", np.array(ROWS["size"]))
    np.savez(folder / "rows.npz", size=ROWS["size"], price=ROWS["price"])
    with sqlite3.connect(folder / "rows.db") as database:
        database.execute("CREATE TABLE houses (size REAL, price REAL)")
        database.executemany("INSERT INTO houses VALUES (:size, :price)", records)
    datasets.Dataset.from_dict(ROWS).save_to_disk(folder / "saved")
    two = ("size", "price")
    csv = "{Csv: {path: rows.csv, header: false, columns: [a, b], sep: ';', decimal: ',', encoding: utf-16}}"
    return {
        "csv": (csv, "a", "b", "rows.csv"),
        "json": ("{Json: rows.json}", *two, "rows.json"),
        "parquet": ("{Parquet: 'parts/*.parquet'}", *two, "parts/*.parquet"),
        "npy": ("{Npy: rows.npy}", "array", "array", "rows.npy"),
        "npz": ("{Npz: rows.npz}", *two, "rows.npz"),
        "sql": (
            "{Sql: {url: 'sqlite:///rows.db', query: 'SELECT size, price FROM houses'}}",
            *two,
            "rows.db",
        ),
        "saved": ("{HuggingFace: saved}", *two, "saved"),
    }


@pytest.mark.slow  # seven small trainings, and as many runs opened again
def test_each_source(tmp_path: Path) -> None:
    runs, learnt = {}, {}
    for name, (source, size, price, rows) in make(tmp_path).items():
        file = tmp_path / f"{name}.yaml"
        file.write_text(BLUEPRINT.format(source=source, size=size, price=price), encoding="utf-8")
        run = load(file).train(out=tmp_path / "runs" / name, progress="none")
        runs[name] = (str(run.folder), str(tmp_path / rows))
        sizes = np.array(ROWS["size"])
        normal = (sizes - sizes.mean()) / sizes.std()
        weights, bias = (np.asarray(one) for one in run.models["model"].get_weights())
        learnt[name] = normal[:, None] * weights[0] + bias
    command = [sys.executable, "-c", PREDICT, json.dumps(runs)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    for name, values in json.loads(done.stdout.splitlines()[-1]).items():
        np.testing.assert_allclose(values, learnt[name], rtol=1e-4, atol=1e-5, err_msg=name)
