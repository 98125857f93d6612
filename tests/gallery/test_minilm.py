"""`text/minilm.yaml` takes a checkpoint of Hugging Face, and gives what `transformers.BertModel` gives."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import yamlnet
from yamlnet.compiler.lower import lower
from yamlnet.resources import gallery_folder
from yamlnet.runner.transfer.initialize import initialize

pytestmark = [pytest.mark.backend, pytest.mark.slow, pytest.mark.usefixtures("held_once")]

WORDS = ("a", "the", "film", "scene", "actor", "plot", "good", "fine", "bad", "dull")
TOKENS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", *WORDS)
SMALL = ("depth=2", "width=32", "heads=4", "length=8", f"vocabulary={len(TOKENS)}")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The blueprint and what it extends, beside rows whose words say what they are."""
    folder = tmp_path_factory.mktemp("minilm")
    for name in ("minilm.yaml", "bert.yaml"):
        shutil.copy(gallery_folder() / "text" / name, folder / name)
    rng = np.random.default_rng(0)
    lines = ["text,score,sentiment"]
    for index in range(160):
        kind, score, words = (("positive", 2, WORDS[6:8]), ("negative", -2, WORDS[8:]))[index % 2]
        lines.append(f"{' '.join([*rng.choice(WORDS[:6], 3), rng.choice(words)])} {index % 7},{score},{kind}")
    (folder / "movie-snippets.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def theirs(folder: Path, from_torch: Any) -> Any:
    """A small model of theirs, saved as they save it, with a tokenizer beside it."""
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    tokenizers = pytest.importorskip("tokenizers")
    config = transformers.BertConfig(
        vocab_size=len(TOKENS), num_hidden_layers=2, hidden_size=32, num_attention_heads=4,
        intermediate_size=128,
    )  # fmt: skip
    torch.manual_seed(3)
    model = from_torch.shaken(transformers.BertModel(config))
    model.save_pretrained(folder / "minilm")
    vocabulary = {token: index for index, token in enumerate(TOKENS)}
    tokenizer = tokenizers.Tokenizer(tokenizers.models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    tokenizer.post_processor = tokenizers.processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer.save(str(folder / "minilm/tokenizer.json"))
    return model


def test_with_their_weights_it_gives_the_mean_of_their_vectors(folder: Path, theirs: Any) -> None:
    import torch

    plan = yamlnet.load(folder / "minilm.yaml", SMALL).plan
    models = lower(plan)
    notes = initialize(models, plan, folder)
    assert notes[0].startswith("initialize: 14 of 14 layers from minilm/model.safetensors; not used: pooler")
    tokens = np.random.default_rng(1).integers(1, len(TOKENS), size=(3, 8)).astype("int32")
    tokens[1, 5:], tokens[2, 2:] = 0, 0
    real = torch.from_numpy((tokens != 0).astype("int64"))
    with torch.no_grad():
        vectors = theirs(input_ids=torch.from_numpy(tokens.astype("int64")), attention_mask=real)
        expected = (vectors.last_hidden_state * real[..., None]).sum(1) / real.sum(1, keepdim=True)
    found = models["encoder"].predict(tokens, verbose=0)
    assert np.ptp(found) > 1, "the vectors say too little to be compared"
    np.testing.assert_allclose(found, expected.numpy(), rtol=1e-4, atol=1e-5)


@pytest.mark.usefixtures("theirs")
@pytest.mark.parametrize("variant", ["full", "lora"])
def test_it_learns_what_words_say(folder: Path, variant: str) -> None:
    rate = 4e-3 if variant == "lora" else 2e-3
    faster = [f"train.optimizer={{Adam: {{learning_rate: {rate}}}}}", "train.learning_rates=null"]
    path = f"{folder / 'minilm.yaml'}:{variant}"
    run = yamlnet.load(path, [*SMALL, "epochs=8", *faster]).train(out=folder / variant, progress="none")
    assert run.metrics["test"]["sentiment_accuracy"] > 0.9
    assert yamlnet.open_run(run.folder).model.count_params() == run.model.count_params()
