"""The two blueprints that translate, beside the nearest text of the training rows on the same held-out rows.

Whoever cannot translate may still look up: the baseline answers a text with the translation of that training
text whose words are the most alike (cosine of TF-IDF, scikit-learn). Texts of more than `--words` words are
left out first. BLEU and chrF are sacrebleu's, of the same test rows for all three:

    python benchmarks/translate.py verses-en-es.tsv --words 24
    python benchmarks/translate.py verses-en-es.tsv --only nearest        seconds, without training
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from sklearn.feature_extraction.text import TfidfVectorizer

import yamlnet
from measure import ROOT
from yamlnet.data.given_rows import read_rows
from yamlnet.data.parts.reading import read_parts
from yamlnet.data.texts.likeness import likeness
from yamlnet.runs import Telling

MODELS = ("translate_lstm", "translate_transformer")
NEAREST = "nearest"
RESULT = ROOT / "benchmarks" / "results" / "translate.json"

Pairs = list[tuple[str, str]]


def blueprint(name: str) -> Path:
    """A translator of the gallery."""
    return ROOT / "blueprints" / "sequence" / f"{name}.yaml"


def nearest(train: Pairs, texts: Sequence[str]) -> list[str]:
    """For each text the translation of the training text that is the most like it."""
    vectorizer = TfidfVectorizer(sublinear_tf=True)
    known = vectorizer.fit_transform([source for source, _ in train])
    alike = vectorizer.transform(texts) @ known.T
    return [train[row][1] for row in alike.toarray().argmax(axis=1)]


def short(path: Path, words: int, to: Path) -> None:
    """Write the rows whose texts have at most so many words each, and one at least."""
    columns = read_rows(path).columns
    pairs = zip(columns["en"].tolist(), columns["es"].tolist(), strict=True)
    kept = [pair for pair in pairs if all(0 < len((text or "").split()) <= words for text in pair)]
    to.write_text("\n".join("\t".join(pair) for pair in [("en", "es"), *kept]) + "\n", encoding="utf-8")


def parts(rows: Path) -> dict[str, Pairs]:
    """The rows of each part as both blueprints divide them: they say the same of their data."""
    plan = yamlnet.load(blueprint(MODELS[0]), [f"rows={rows}"]).plan
    assert plan.data is not None
    return {
        part: [
            pair
            for table in found.chunks(["en", "es"])
            for pair in zip(table.columns["en"].tolist(), table.columns["es"].tolist(), strict=True)
        ]
        for part, found in read_parts(plan.data, Path(), plan.seed).items()
    }


def trained(name: str, rows: Path, folder: Path, asked: argparse.Namespace) -> dict[str, float]:
    """What a blueprint reaches, and the seconds that its training takes."""
    since = time.monotonic()
    loaded = yamlnet.load(blueprint(name), [f"rows={rows}", *asked.set])
    run = loaded.train(backend=asked.backend, out=folder / name)
    seconds = round(time.monotonic() - since)
    found = yamlnet.evaluate(run, telling=Telling(beams=asked.beam, rows=asked.most))
    return {"seconds": seconds, **{key.removeprefix("data.target."): value for key, value in found.items()}}


def main() -> None:
    """Measure what is asked for; all three are written down together."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", type=Path, help="a file with the columns en and es")
    parser.add_argument("--words", type=int, default=24, help="the most words of a text")
    parser.add_argument("--most", type=int, default=500, help="how many test rows are told")
    parser.add_argument("--beam", type=int, default=1)
    parser.add_argument("--backend", default="jax")
    parser.add_argument("--only", choices=[NEAREST, *MODELS])
    parser.add_argument("--set", action="append", default=[], help="as yamlnet train takes it")
    asked = parser.parse_args()
    results: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        rows = Path(folder) / "short.tsv"
        short(asked.rows.resolve(), asked.words, rows)
        divided = parts(rows)
        test = divided["test"][: asked.most]
        if asked.only in (None, NEAREST):
            told = nearest(divided["train"], [source for source, _ in test])
            results[NEAREST] = likeness(told, [target for _, target in test])
        for name in MODELS:
            if asked.only in (None, name):
                results[name] = trained(name, rows, Path(folder), asked)
        counts = {part: len(pairs) for part, pairs in divided.items()}
    found = {"words": asked.words, "rows": counts, "beam": asked.beam, "results": results}
    print(json.dumps(found, indent=2))
    if asked.only is None:
        RESULT.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
