"""One epoch over rows.parquet as one would write it for `torch.utils.data`: row groups in shuffled order."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator

import numpy as np
import torch
from pyarrow import parquet

FEATURES, BATCH = int(sys.argv[1]), int(sys.argv[2])


class Rows(torch.utils.data.IterableDataset):
    """Standardised batches; what a row group leaves over is put before the next."""

    def __init__(self, mean: float, spread: float) -> None:
        self.mean, self.spread = mean, spread

    def __iter__(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        file, random = parquet.ParquetFile("rows.parquet"), np.random.default_rng(0)
        names = [f"c{index}" for index in range(FEATURES)]
        left = np.zeros((0, FEATURES), "float32"), np.zeros(0, "float32")
        for group in random.permutation(file.num_row_groups):
            table = file.read_row_group(int(group))
            x = np.stack([table.column(name).to_numpy() for name in names], axis=1)
            x = ((x - self.mean) / self.spread).astype("float32")
            order = random.permutation(len(x))
            x = np.concatenate([left[0], x[order]])
            y = np.concatenate([left[1], table.column("y").to_numpy()[order]])
            whole = len(x) - len(x) % BATCH
            for first in range(0, whole, BATCH):
                yield torch.from_numpy(x[first : first + BATCH]), torch.from_numpy(y[first : first + BATCH])
            left = x[whole:], y[whole:]
        if len(left[0]):
            yield torch.from_numpy(left[0]), torch.from_numpy(left[1])


if __name__ == "__main__":
    loader = torch.utils.data.DataLoader(Rows(0.0, 1.0), batch_size=None, num_workers=1)
    start = time.perf_counter()
    rows = sum(len(x) for x, _ in loader)
    seconds = time.perf_counter() - start
    print(json.dumps({"rows": rows, "seconds": round(seconds, 2), "rows_a_second": round(rows / seconds)}))
