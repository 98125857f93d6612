"""Texts against the tokenizers library itself, and against counting words by hand."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers

from yamlnet.data.dataset import load, pipeline_inputs
from yamlnet.data.table import Table, objects
from yamlnet.data.texts import long_texts, waiting
from yamlnet.data.texts.tokenizer_files import LEARNT
from yamlnet.data.texts.vocabularies import opened
from yamlnet.diagnostics.diagnostic import DataError
from yamlnet.resolver.plan import DataPlan, SourcePlan, TensorPlan
from yamlnet.runner.files import DATA

sys.path.insert(0, str(Path(__file__).parent))
from columns import apply, facts, fit, made

TEXTS = ["the cat sat on the mat", "The dog sat", "the the cat", "a mat", "é dog"]
KINDS = ["characters", "words", "bpe", "wordpiece"]


@pytest.mark.parametrize("kind", KINDS)
def test_pad_is_0_and_unknown_is_1(kind: str) -> None:
    told = facts("tokenize", kind, TEXTS)
    assert told["labels"][:2] == ["[PAD]", "[UNK]"]
    assert (told["pad"], told["unknown"]) == (0, 1)
    assert told["vocabulary_size"] == told["classes"] == len(told["labels"])


def test_words_are_numbered_by_how_often_they_are_met() -> None:
    counts = Counter(word for text in TEXTS for word in text.lower().split())
    expected = ["[PAD]", "[UNK]", *sorted(counts, key=lambda word: (-counts[word], word))]
    assert facts("tokenize", "words", TEXTS)["labels"] == expected
    found = made("tokenize", "words", TEXTS)
    assert [list(row) for row in found] == [
        [expected.index(word) for word in t.lower().split()] for t in TEXTS
    ]


@given(
    st.lists(st.text("ab é\n日😀", max_size=12), min_size=1, max_size=6).filter(
        lambda texts: any(map(str.strip, texts))
    )
)
def test_characters_are_numbered_and_nothing_is_lost(texts: list[str]) -> None:
    state = fit("tokenize", "characters", texts)
    tokenizer = opened(state["tokenizer"])
    for text, row in zip(texts, apply("tokenize", "characters", texts, state), strict=True):
        assert len(row) == len(text)
        assert tokenizer.decode([int(one) for one in row], skip_special_tokens=False) == text


@given(st.lists(st.text(max_size=12), min_size=1, max_size=4))
def test_bytes_of_any_text_are_known_to_bpe(texts: list[str]) -> None:
    argument = {"as": "bpe", "size": 300}
    state = fit("tokenize", argument, TEXTS)
    tokenizer = opened(state["tokenizer"])
    for text, row in zip(texts, apply("tokenize", argument, texts, state), strict=True):
        import unicodedata

        assert 1 not in row
        assert tokenizer.decode([int(one) for one in row]) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_texts_give_the_same_tokenizer_whatever_the_chunks(kind: str) -> None:
    argument = {"as": kind, "size": 290}
    whole = fit("tokenize", argument, TEXTS)
    for size in (1, 2, 5):
        assert fit("tokenize", argument, TEXTS, size)["tokenizer"] == whole["tokenizer"]


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_learnt_is_what_the_library_reads(kind: str) -> None:
    state = fit("tokenize", {"as": kind, "size": 300}, TEXTS)
    library = Tokenizer.from_str(state["tokenizer"])
    expected = [library.encode(text).ids for text in TEXTS]
    assert [list(row) for row in apply("tokenize", {"as": kind}, TEXTS, state)] == expected


@pytest.mark.parametrize("kind", KINDS)
def test_long_texts_are_cut_where_their_tokens_stay_the_same(kind: str, monkeypatch: Any) -> None:
    text = "The cat\nsat.\n\nOn  the\n  mat \n\n\n and\r\nthe dog\ndog\n" * 3
    state = fit("tokenize", {"as": kind, "size": 300}, [text])
    whole = apply("tokenize", {"as": kind}, [text], state)[0]
    monkeypatch.setattr(long_texts, "LONG", 3)
    assert len(long_texts.lines_of(text)) > 8
    assert "".join(long_texts.lines_of(text)) == text
    np.testing.assert_array_equal(apply("tokenize", {"as": kind}, [text], state)[0], whole)


def test_size_and_min_count_leave_the_rest_unknown() -> None:
    assert facts("tokenize", {"as": "words", "size": 4}, TEXTS)["labels"] == ["[PAD]", "[UNK]", "the", "cat"]
    told = facts("tokenize", {"as": "words", "min_count": 3}, TEXTS)
    assert told["labels"] == ["[PAD]", "[UNK]", "the"]
    assert told["unknown_share"] == pytest.approx(1 - 5 / 16)


def test_capitals_are_kept_where_that_is_asked() -> None:
    assert "The" in facts("tokenize", {"as": "words", "lower": False}, TEXTS)["labels"]
    assert "T" in facts("tokenize", "characters", TEXTS)["labels"]
    assert "T" not in facts("tokenize", {"as": "characters", "lower": True}, TEXTS)["labels"]


def test_rows_are_padded_and_cut_on_one_side() -> None:
    long, short = ["a b c d", "a"], {"as": "words", "length": 3}
    assert made("tokenize", short, long).tolist() == [[2, 3, 4], [2, 0, 0]]
    assert made("tokenize", {**short, "side": "left"}, long).tolist() == [[3, 4, 5], [0, 0, 2]]
    told = facts("tokenize", short, long)
    assert (told["length"], told["longest"], told["mean_length"], told["cut"]) == (3, 4, 2.5, 0.5)


@given(
    st.lists(st.sampled_from(["a", "a b", "a b c d e", ""]), min_size=1, max_size=5).filter(any),
    st.integers(3, 7),
)
def test_marks_are_never_cut(texts: list[str], length: int) -> None:
    argument = {"as": "words", "start": True, "end": True, "length": length}
    for side in ("left", "right"):
        found = made("tokenize", {**argument, "side": side}, texts)
        assert ((found == 2).sum(axis=1) == 1).all()
        assert ((found == 3).sum(axis=1) == 1).all()


def test_without_length_each_row_has_its_own() -> None:
    found = made("tokenize", "words", TEXTS)
    assert found.dtype == object
    assert [len(row) for row in found] == [6, 3, 3, 2, 2]
    assert made("length", 4, found).shape == (5, 4)


def test_a_text_that_names_a_special_token_is_letters() -> None:
    argument = {"as": "words", "start": True}
    found = made("tokenize", argument, ["[PAD] [END] x", "[START]"])
    assert all(list(row).count(0) == 0 and list(row).count(3) == 0 for row in found)
    assert [list(row).count(2) for row in found] == [1, 1]


MISTAKES: list[tuple[Any, Any, str]] = [
    ("words", [1, 2], 'tokenize takes texts, and column "c" holds numbers (row 1 is 1)'),
    ("words", ["a", None], 'row 2 of column "c" holds no value'),
    ("words", [["a"], ["b", "c"]], "holds lists (row 1 is ['a'])"),
    ("words", ["a", b"b"], "holds no text (row 2 is b'b')"),
    ("words", ["", "  "], "hold no text to learn tokens from"),
    ({"as": "words", "size": 2}, TEXTS, "size: 2 has no room for tokens: [PAD], [UNK] alone are 2"),
    ({"as": "words", "size": 4, "end": True}, TEXTS, "[PAD], [UNK], [START], [END] alone are 4"),
    ({"as": "bpe", "size": 200}, TEXTS, "[PAD], [UNK] and 256 bytes are 258; give it a larger size"),
    ({"as": "wordpiece", "size": 20}, TEXTS, "and the texts' characters are"),
]


@pytest.mark.parametrize(("argument", "values", "told"), MISTAKES)
def test_a_mistake_is_told(argument: Any, values: Any, told: str) -> None:
    with pytest.raises(DataError) as refused:
        made("tokenize", argument, values)
    assert told in str(refused.value)


# Tensors that share a tokenizer, and tokenizers in files.

CSV = "en,es\nthe cat,el gato\nthe dog,el perro\na cat,un gato\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rows.csv").write_text(CSV, encoding="utf-8")
    return tmp_path


def tensor(name: str, column: str, **words: Any) -> TensorPlan:
    return TensorPlan(name, (column,), (("tokenize", words),), ("data", "inputs", name))


def plan(*tensors: TensorPlan, targets: tuple[TensorPlan, ...] = ()) -> DataPlan:
    source = SourcePlan("Csv", {"path": "rows.csv"}, ("data", "train", "Csv"))
    by_name = {one.name: one for one in tensors}
    return DataPlan(source, None, None, by_name, {one.name: one for one in targets}, 2, False)


def test_teacher_forcing_comes_from_one_column(folder: Path) -> None:
    source = tensor("source", "en", **{"as": "words", "length": 4})
    given = tensor("given", "es", like="next", start=True, length=4)
    after = tensor("next", "es", **{"as": "words", "end": True, "length": 4})
    wanted = plan(given, source, targets=(after,))
    data = load(wanted, folder, 0, {})
    read, told = data.train.inputs["given"], data.train.targets["next"]
    assert (read[:, 0] == data.facts["given"]["start"]).all()
    np.testing.assert_array_equal(read[:, 1:3], told[:, :2])
    assert (told[:, 2] == data.facts["next"]["end"]).all()
    assert data.facts["given"]["labels"] == data.facts["next"]["labels"]
    assert "el" not in data.facts["source"]["labels"]
    table = Table({"en": objects(["the mouse"]), "es": objects(["gato"])}, "new")
    rows = pipeline_inputs(table, wanted.inputs, data.fitted, {})
    labels = data.facts["source"]["labels"]
    assert [labels[index] for index in rows["source"][0]] == ["the", "[UNK]", "[PAD]", "[PAD]"]


def test_what_a_run_kept_is_not_fitted_again(folder: Path) -> None:
    wanted = plan(tensor("x", "en", **{"as": "words", "length": 3}))
    first = load(wanted, folder, 0, {})
    (folder / "rows.csv").write_text(CSV.replace("dog", "cow"), encoding="utf-8")
    again = load(wanted, folder, 0, {}, first.fitted)
    assert again.fitted == first.fitted
    assert again.facts["x"]["labels"] == first.facts["x"]["labels"]
    assert again.train.inputs["x"][1].tolist() == [first.facts["x"]["labels"].index("the"), 1, 0]


def from_elsewhere(folder: Path, pad: bool = True) -> Tokenizer:
    tokenizer = Tokenizer(models.WordLevel(unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    special = ["<unk>", "[CLS]", "[SEP]", *(["<pad>"] if pad else [])]
    tokenizer.train_from_iterator(["the cat the dog"], trainers.WordLevelTrainer(special_tokens=special))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 1), ("[SEP]", 2)]
    )
    tokenizer.enable_truncation(2)
    tokenizer.save(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    return tokenizer


def test_a_tokenizer_from_elsewhere_is_taken_as_it_is(folder: Path) -> None:
    library = from_elsewhere(folder)
    wanted = plan(
        tensor("x", "en", file="tokenizer.json", length=6),
        tensor("begun", "en", file="tokenizer.json", length=6, start=True),
        tensor("same", "es", like="x", length=6),
    )
    data = load(wanted, folder, 0, {})
    expected = [library.encode(text).ids for text in ("the cat", "the dog", "a cat")]
    pad = library.token_to_id("<pad>")
    assert data.train.inputs["x"].tolist() == [row + [pad] * (6 - len(row)) for row in expected]
    assert data.train.inputs["begun"].tolist() == [row[:-1] + [pad] * (7 - len(row)) for row in expected]
    assert data.train.inputs["same"][0].tolist()[:4] == [1, 0, 0, 2]
    (folder / "tokenizer.json").unlink()
    assert load(wanted, folder, 0, {}, data.fitted).digest == data.digest


def test_a_tokenizer_without_padding_needs_none_where_no_length_is_asked(folder: Path) -> None:
    from_elsewhere(folder, pad=False)
    with pytest.raises(DataError, match=r"no token for pad .*write length: \{to: …, pad: …\} after it"):
        load(plan(tensor("x", "en", file="tokenizer.json", length=6)), folder, 0, {})
    padded = TensorPlan("x", ("en",), (("tokenize", {"file": "tokenizer.json"}), ("length", 5)), ())
    assert load(plan(padded), folder, 0, {}).train.inputs["x"].shape == (3, 5)


FILES: dict[str, tuple[str, bytes | None, str]] = {
    "there is none": (
        "tokeniser.json",
        None,
        'there is no file tokeniser.json; did you mean "tokenizer.json"',
    ),
    "no JSON": ("wrong.json", b"{", "is not a tokenizer.json, as Hugging Face's tokenizers write it"),
    "another JSON": ("wrong.json", b'{"model": {"type": "Magic"}}', "is not a tokenizer.json"),
    "no text": ("wrong.json", b"\xff\xfe", "is not a tokenizer.json"),
    "a folder": (".", None, "is no file that can be read"),
    "outside": ("../tokenizer.json", None, "is not below the folder of the blueprint"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_no_tokenizer_is_told(name: str, folder: Path) -> None:
    from_elsewhere(folder)
    file, content, told = FILES[name]
    if content is not None:
        (folder / file).write_bytes(content)
    with pytest.raises(DataError) as refused:
        load(plan(tensor("x", "en", file=file)), folder, 0, {})
    assert told in str(refused.value)
    assert refused.value.path[-1] == "file"


def test_a_link_out_of_the_folder_is_not_followed(folder: Path) -> None:
    from_elsewhere(folder)
    inner = folder / "inner"
    inner.mkdir()
    (inner / "rows.csv").write_text(CSV, encoding="utf-8")
    (inner / "tokenizer.json").symlink_to(folder / "tokenizer.json")
    with pytest.raises(DataError, match="is not below the folder of the blueprint"):
        load(plan(tensor("x", "en", file="tokenizer.json")), inner, 0, {})


@pytest.mark.parametrize("words", [{}, {"start": True, "end": True}], ids=["plain", "marked"])
def test_a_run_s_tokenizer_reads_other_texts_as_the_run_does(folder: Path, words: dict[str, bool]) -> None:
    learnt = plan(tensor("tokens", "en", **{"as": "wordpiece"}, size=200, length=8, **words))
    earlier = load(learnt, folder, 0, {})
    (folder / "runs").mkdir()
    (folder / "runs" / LEARNT).write_text(json.dumps(earlier.fitted), encoding="utf-8")
    (folder / "other.csv").write_text("en,es\nthe dog sat on a cat,x\nzebra,y\n", encoding="utf-8")
    taken = tensor("read", "en", run="runs", length=8, **words)
    other = replace(plan(taken), train=SourcePlan("Csv", {"path": "other.csv"}, ()))
    found = load(other, folder, 0, {})
    table = Table({"en": objects(["the dog sat on a cat", "zebra"])}, "new")
    told = pipeline_inputs(table, learnt.inputs, earlier.fitted, {})
    np.testing.assert_array_equal(found.train.first().inputs["read"], told["tokens"])


def test_what_a_run_learnt_is_where_runs_keep_it() -> None:
    assert LEARNT == DATA


@given(
    st.lists(st.lists(st.text(max_size=5), min_size=1, max_size=4), max_size=6), st.sampled_from([1, 1 << 20])
)
def test_texts_that_wait_come_back_as_they_were(portions: list[list[str]], held: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(waiting, "MOST", held)
        with waiting.waiting_texts() as texts:
            for some in portions:
                texts.add(some)
            assert list(texts.portions()) == list(texts.portions()) == portions
