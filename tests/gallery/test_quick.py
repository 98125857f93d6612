"""The variant `quick` of what the gallery trains on real data learns in seconds, from rows that a test makes.

The real data are files that the project does not ship: `benchmarks/gallery.py` trains on those.
"""

from __future__ import annotations

import csv
import json
import math
import re
import wave
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from pydoc_data.topics import topics

import numpy as np
import pytest
from sklearn.datasets import load_digits

import yamlnet
from yamlnet.resources import gallery
from yamlnet.run_rows import run_data

pytestmark = [pytest.mark.backend, pytest.mark.slow]

RECURRENT = ("sentiment/attention", "sentiment/gru", "sentiment/lstm", "speech/lstm")
"""Tried on JAX: PyTorch takes the steps of a sequence one by one, and three times as long (30 s for 10)."""


def pictures(folder: Path) -> list[str]:
    """Digits, as large and as bright as the pictures of clothing."""
    digits = load_digits()
    large = np.kron(digits.images[:900], np.ones((3, 3)))
    framed = np.pad(large * 255 / 16, ((0, 0), (2, 2), (2, 2))).astype(np.uint8)
    np.savez(folder / "digits.npz", image=framed, target=digits.target[:900])
    return [f"data.train={{Npz: {folder / 'digits.npz'}}}", "data.test=0.2", "data.batch_size=16", "epochs=3"]


def sentences(folder: Path) -> list[str]:
    """Sentences about classes and about debugging, from Python's manual, in place of praise and blame."""
    rows = [
        (sentence, score, kind)
        for kind, score, chapter in (("positive", 2, "specialnames"), ("negative", -2, "debugger"))
        for sentence in re.split(r"[.\n]\s*\n", topics[chapter])[:150]
        if len(sentence.split()) > 3
    ]
    path = written(folder / "sentences.csv", ("text", "score", "sentiment"), rows)
    return [f"rows={path}", "vocabulary=500", "batch=16", "train.optimizer={Adam: 1e-2}"]


def half_hours(folder: Path) -> list[str]:
    """Days of 8 steps and weeks of 24, and a level that wanders: the best guess is last week's, moved."""
    rng = np.random.default_rng(3)
    step = np.arange(900)
    level = np.cumsum(rng.normal(size=len(step))) * 0.5
    demand = 100 + 9 * np.sin(step * math.tau / 8) + 5 * np.sin(step * math.tau / 24) + level
    path = written(folder / "demand.csv", ("demand_mw",), [(value,) for value in demand])
    return [f"rows={path}", "day=8", "week=24"]


def prices(folder: Path) -> list[str]:
    """Diamonds whose price grows with their weight, by what their categories say."""
    rng = np.random.default_rng(5)
    cuts, colors = ("Fair", "Good", "Very Good", "Premium", "Ideal"), "JIHGFED"
    clarities = ("I1", "SI2", "SI1", "VS2", "VS1", "VVS2", "VVS1", "IF")
    rows = []
    for _ in range(1500):
        cut, color, clarity = (int(rng.integers(size)) for size in (5, 7, 8))
        carat = float(rng.uniform(0.2, 2))
        price = math.exp(6 + 1.2 * carat + 0.1 * cut + 0.1 * color + 0.1 * clarity)
        sizes = (carat, 60, 57, carat**0.33, carat**0.33, carat**0.33)
        rows.append((*sizes, cuts[cut], colors[color], clarities[clarity], price))
    names = ("carat", "depth", "table", "x", "y", "z", "cut", "color", "clarity", "price")
    return [f"rows={written(folder / 'prices.csv', names, rows)}"]


def ratings(folder: Path) -> list[str]:
    """Users who give more or fewer stars than others, and films that get more or fewer."""
    rng = np.random.default_rng(7)
    users, films = rng.normal(size=40), rng.normal(size=40)
    rows = [
        (user, film, "Comedy|Drama" if film % 2 else "War", 3 + users[user] + films[film] + rng.normal() / 4)
        for user in range(40)
        for film in range(40)
    ]
    return [f"rows={written(folder / 'ratings.csv', ('userId', 'movieId', 'genres', 'rating'), rows)}"]


def sounds(folder: Path) -> list[str]:
    """Tones, low, middle and high, in place of three languages."""
    rng = np.random.default_rng(9)
    rows = []
    for word in range(40):
        for language, pitch in (("en", 300), ("fr", 1000), ("ru", 3000)):
            tone = np.sin(np.arange(4000) * math.tau * pitch * rng.uniform(0.8, 1.2) / 8000)
            name = f"{language}{word}.wav"
            with wave.open(str(folder / name), "wb") as file:
                file.setnchannels(1), file.setsampwidth(2), file.setframerate(8000)
                file.writeframes((tone * 9000 + rng.normal(size=4000) * 900).astype("<i2").tobytes())
            rows.append((name, language, f"word {word}"))
    return [f"clips={written(folder / 'clips.csv', ('file', 'language', 'word'), rows)}", "batch=4"]


def written(path: Path, names: Sequence[str], rows: Iterable[Sequence[object]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([names, *rows])
    return path


MAKERS: dict[str, Callable[[Path], list[str]]] = {
    "fashion": pictures,
    "forecast": half_hours,
    "recommend": ratings,
    "sentiment": sentences,
    "speech": sounds,
    "tabular": prices,
}

AT_LEAST = {
    "fashion/cnn": ("accuracy", 0.6),
    "fashion/mlp": ("accuracy", 0.6),
    "fashion/resnet": ("accuracy", 0.25),
    "fashion/siamese": ("accuracy", 0.6),
    "fashion/vit": ("accuracy", 0.4),
    "sentiment/attention": ("sentiment_accuracy", 0.75),
    "sentiment/bert": ("accuracy", 0.75),
    "sentiment/gru": ("sentiment_accuracy", 0.75),
    "sentiment/lstm": ("sentiment_accuracy", 0.75),
    "sentiment/transformer": ("sentiment_accuracy", 0.75),
    "speech/cnn": ("accuracy", 0.6),
    "speech/lstm": ("accuracy", 0.6),
    "tabular/category_embeddings": ("r2_score", 0.9),
    "tabular/wide_and_deep": ("r2_score", 0.9),
}
"""Guessing reaches about 0.1 for ten digits, 0.5 for two chapters, 0.33 for three languages, an R² of 0."""

AT_MOST = {"forecast/lstm": 0.85, "forecast/tcn": 0.85, "recommend/ratings": 0.8}
"""The error, as a share of what it is without a network: as a week ago, or always the mean."""


MORE = {"fashion/resnet": ["epochs=4", "data.batch_size=8", "data.augment=null"]}
"""Its normalisation's moving statistics need some hundred steps; mirrored digits are none."""


def trained(name: str, folder: Path) -> yamlnet.Run:
    sets = [*MAKERS[name.partition("/")[0]](folder), *MORE.get(name, ())]
    return yamlnet.load(f"{gallery()[name]}:quick", sets).train(out=folder / "run", progress="none")


@pytest.mark.usefixtures("held_once")
@pytest.mark.parametrize("name", [name for name in AT_LEAST if name not in RECURRENT])
def test_it_beats_guessing(name: str, tmp_path: Path) -> None:
    beats_guessing(name, tmp_path)


@pytest.mark.usefixtures("on_jax")
@pytest.mark.parametrize("name", RECURRENT)
def test_what_is_recurrent_beats_guessing(name: str, tmp_path: Path) -> None:
    beats_guessing(name, tmp_path)


def beats_guessing(name: str, folder: Path) -> None:
    metric, least = AT_LEAST[name]
    run = trained(name, folder)
    losses = run.history["loss"]
    assert losses[-1] < losses[0]
    assert run.metrics["test"][metric] >= least


@pytest.mark.usefixtures("on_jax")
@pytest.mark.parametrize("name", ["forecast/lstm", "forecast/tcn"])
def test_it_beats_the_same_as_a_week_ago(name: str, tmp_path: Path) -> None:
    run = trained(name, tmp_path)
    demand = np.loadtxt(tmp_path / "demand.csv", skiprows=1)[
        -225 - 32 :
    ]  # the test rows are told from 32 before
    repeated = np.mean(
        [abs(demand[at + 8 : at + 16] - demand[at + 32 : at + 40]).mean() for at in range(225 - 7)]
    )
    assert yamlnet.evaluate(run)["data.next_day.mae"] < AT_MOST[name] * repeated


@pytest.mark.usefixtures("held_once")
def test_it_beats_the_mean_of_all_ratings(tmp_path: Path) -> None:
    run = trained("recommend/ratings", tmp_path)
    spread = np.genfromtxt(tmp_path / "ratings.csv", delimiter=",", skip_header=1, usecols=3).std()
    assert yamlnet.evaluate(run)["data.stars.rmse"] < AT_MOST["recommend/ratings"] * spread


@pytest.mark.usefixtures("held_once")
def test_bert_starts_from_what_hidden_words_taught(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both learn the same pieces of words, and hold out the same sentences: none that is tested was seen."""
    sets = sentences(tmp_path)
    words = yamlnet.load(f"{gallery()['text/masked_words']}:quick", sets).train(out=tmp_path / "words")
    assert words.history["loss"][-1] < words.history["loss"][0]
    start = f"train.initialize={{encoder: {words.folder}}}"
    bert = yamlnet.load(f"{gallery()['sentiment/bert']}:quick", [*sets, start, "epochs=1"])
    run = bert.train(out=tmp_path / "bert")
    assert "initialize: 9 of 9 layers" in "".join(capsys.readouterr())
    held = [run_data(one)[1].test.inputs["tokens"] for one in (words, run)]
    np.testing.assert_array_equal(*held)
    told = yamlnet.predict(run, ["a class is an object", "the debugger steps"])["sentiment"]
    assert told.shape == (2, 1) and told[0] != told[1]


@pytest.mark.usefixtures("held_once")
def test_word_order_is_read_by_the_pieces_that_were_taught(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another table, read by the tokenizer of the run whose weights it starts from."""
    words = [sentence.split() for sentence in re.split(r"[.\n]\s*\n", topics["specialnames"])[:120]]
    kept = [(f"play {at % 12}", one) for at, one in enumerate(words) if len(one) > 3]
    told = written(tmp_path / "told.csv", ("play", "text"), [(play, " ".join(one)) for play, one in kept])
    rows = [
        (play, " ".join(one[::-1] if at % 2 else one), ("written", "swapped")[at % 2])
        for at, (play, one) in enumerate(kept)
    ]
    asked = written(tmp_path / "asked.csv", ("play", "text", "order"), rows)
    pre = yamlnet.load(
        f"{gallery()['text/masked_words']}:quick", [f"rows={told}", "data.split={group: play}"]
    )
    earlier = pre.train(out=tmp_path / "earlier")
    start = f"train.initialize={{words_encoder: {{path: {earlier.folder}, model: encoder}}}}"
    sets = [f"rows={asked}", f"pretraining={earlier.folder}", start]
    run = yamlnet.load(f"{gallery()['text/word_order']}:quick", sets).train(out=tmp_path / "run")
    assert "initialize: 9 of 9 layers" in "".join(capsys.readouterr())
    assert run.history["loss"][-1] < run.history["loss"][0]
    pieces = [
        json.loads((one.folder / "data.json").read_text())["tokens"][0]["tokenize"]["tokenizer"]
        for one in (earlier, run)
    ]
    assert pieces[0] == pieces[1]


@pytest.mark.usefixtures("held_once")
def test_all_of_them_are_tried() -> None:
    in_folders = {name: path for name, path in gallery().items() if name.partition("/")[0] in MAKERS}
    with_data = {name for name, path in in_folders.items() if yamlnet.load(path).plan.data is not None}
    assert with_data == AT_LEAST.keys() | AT_MOST.keys()
