"""What a token costs at the end of a text of 64, 256 and 512: with what was kept, and reading it all again.

A GPT-2 of 4 blocks of width 128 (`blueprints/text/gpt2.yaml`, one row, tokens at random) reads a text but for
its last tokens; then these are timed, one by one, by both readings of `yamlnet/decoding/` in turn. The whole
reading has an input of the text's length, so that nothing is compiled meanwhile. On PyTorch the kept one also
runs beside Hugging Face's `GPT2LMHeadModel` of the same size with its cache.

    python benchmarks/generate_text.py
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from statistics import median
from typing import Any

from measure import ROOT, Row, Timer, installed_backends, process, report, take_turns, write

SIZES = ("depth=4", "width=128", "heads=4", "length=512", "vocabulary=1000", "dropout=0.0")
LENGTHS = (64, 256, 512)
TIMED = 8
"""Tokens that a repetition times."""
BESIDE = "reading all again"


def timed(begin: Any, go_on: Any, text: Any) -> float:
    """Seconds for one token, the mean of the last `TIMED` of a text, (1, time)."""
    begin(text[:, :-TIMED])
    start = time.perf_counter()
    for place in range(text.shape[1] - TIMED, text.shape[1]):
        go_on(text[:, place])
    return (time.perf_counter() - start) / TIMED


def readings(model: Any, text: Any) -> tuple[Timer, Timer]:
    """With what was kept, and without."""
    import keras

    from yamlnet.decoding.continue_tokens import reading_of
    from yamlnet.decoding.reading import WholeReading

    length = text.shape[1]
    tokens = keras.Input((length,), dtype="int32", name="tokens")
    fixed = keras.Model(tokens, model(tokens))
    kept, whole = reading_of(model, "tokens", {}, length), WholeReading(fixed, "tokens", {})
    return (
        lambda: timed(kept.begin, kept.go_on, text),
        lambda: timed(whole.begin, whole.go_on, text),
    )


def hugging_face(text: Any) -> Timer:
    """The same by `transformers`."""
    import torch
    from transformers import GPT2Config, GPT2LMHeadModel

    sizes = {"n_layer": 4, "n_embd": 128, "n_head": 4, "n_positions": 512, "vocab_size": 1000}
    model = GPT2LMHeadModel(GPT2Config(**sizes)).eval()
    held: dict[str, Any] = {}

    def read(tokens: Any) -> None:
        with torch.no_grad():
            found = model(torch.as_tensor(tokens).long(), past_key_values=held["past"], use_cache=True)
        held["past"] = found.past_key_values
        found.logits[:, -1].numpy()

    def begin(tokens: Any) -> None:
        held["past"] = None
        read(tokens)

    return lambda: timed(begin, lambda tokens: read(tokens[:, None]), text)


def measured(repeats: int) -> list[dict[str, Any]]:
    """The rows of the backend that this process runs on."""
    import keras
    import numpy as np

    import yamlnet

    backend = keras.backend.backend()
    model = yamlnet.load(ROOT / "blueprints" / "text" / "gpt2.yaml", list(SIZES)).build()
    rows = []
    for length in LENGTHS:
        text = np.random.default_rng(length).integers(0, 1000, (1, length)).astype("int32")
        kept, whole = readings(model, text)
        pairs = {BESIDE: whole} | ({"transformers": hugging_face(text)} if backend == "torch" else {})
        for beside, timer in pairs.items():
            ours, theirs = take_turns(kept, timer, repeats)
            rows.append(
                {"what": f"token {length}, {backend}", "ours": ours, "beside": theirs, "beside_what": beside}
            )
    return rows


def main() -> None:
    """Measure each backend in a process of its own and write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--backend", action="append", choices=installed_backends())
    parser.add_argument("--one", action="store_true", help="this process's own backend, as JSON")
    asked = parser.parse_args()
    if asked.one:
        print(json.dumps(measured(asked.repeats)))
        return
    rows, per_token = [], {}
    for backend in asked.backend or installed_backends():
        command = [sys.executable, __file__, "--one", "--repeats", str(asked.repeats)]
        _, printed = process(command, backend=backend)
        found = [Row(**row) for row in json.loads(printed.splitlines()[-1])]
        for row in found:
            report(row)
        rows += found
        per_token[backend] = {
            side: {row.what: median(getattr(row, side)) for row in found if row.beside_what == BESIDE}
            for side in ("ours", "beside")
        }
    write("generate_text", rows, {"seconds_per_token": per_token})


if __name__ == "__main__":
    main()
