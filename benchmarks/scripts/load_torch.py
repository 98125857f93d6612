"""The same three epochs as one would write them with torch.utils.data and two workers."""

from __future__ import annotations

import csv
import json
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch.utils.data import BatchSampler, DataLoader, Dataset, RandomSampler, TensorDataset

BATCH = 128


def held(data: TensorDataset) -> DataLoader:
    """A batch at a time, as is quickest for tensors that are held: row by row it takes much longer."""
    rows = BatchSampler(RandomSampler(data), BATCH, drop_last=False)
    return DataLoader(data, sampler=rows, batch_size=None)


def mixed() -> DataLoader:
    """Everything as tensors before the first epoch."""
    with Path("rows.csv").open(encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    numbers = np.array([row[:4] for row in rows], dtype="float32")
    x = torch.from_numpy((numbers - numbers.mean(axis=0)) / numbers.std(axis=0))
    kinds = []
    for column in (4, 5):
        index = {name: place for place, name in enumerate(sorted({row[column] for row in rows}))}
        kinds.append(torch.nn.functional.one_hot(torch.tensor([index[row[column]] for row in rows])))
    y = torch.tensor([float(row[6]) for row in rows])
    return held(TensorDataset(x, torch.cat(kinds, dim=1).float(), y))


class Images(Dataset):
    """Decoded and resized when they are asked for, as torchvision's ImageFolder does."""

    def __init__(self) -> None:
        self.files = sorted(Path("images").rglob("*.png"))

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        file = self.files[index]
        with Image.open(file) as image:
            pixels = np.asarray(image.convert("RGB").resize((64, 64)), dtype="float32") / 255
        return torch.from_numpy(pixels), int(file.parent.name == "dog")


def images() -> DataLoader:
    """Two workers decode."""
    return DataLoader(Images(), batch_size=BATCH, shuffle=True, num_workers=2, persistent_workers=True)


def texts() -> DataLoader:
    """Words counted, the most frequent numbered, all texts as one tensor before the first epoch."""
    with Path("texts.csv").open(encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    split = [row[0].lower().split() for row in rows]
    common = Counter(word for words in split for word in words).most_common(4998)
    index = {word: place + 2 for place, (word, _) in enumerate(common)}
    x = np.zeros((len(rows), 64), dtype="int64")
    for row, words in enumerate(split):
        numbers = [index.get(word, 1) for word in words[:64]]
        x[row, : len(numbers)] = numbers
    return held(TensorDataset(torch.from_numpy(x), torch.tensor([int(row[1]) for row in rows])))


def main(kind: str) -> None:
    """Load and run the epochs."""
    start = time.perf_counter()
    data = {"csv": mixed, "images": images, "texts": texts}[kind]()
    for _ in range(3):
        begun, rows, total = time.perf_counter(), 0, 0.0
        for batch in data:
            rows += len(batch[0])
            total += float(batch[0][0].sum())
    ended = time.perf_counter()
    print(json.dumps({"all": ended - start, "last": ended - begun, "rows": rows, "sum": total}))


if __name__ == "__main__":
    main(sys.argv[1])
