"""From a page's example to a whole blueprint: sections that the point does not need are the same for all."""

from __future__ import annotations

import re

SECTION = re.compile(r"^([A-Za-z_]\w*):", re.MULTILINE)

MODEL = """\
model:
  inputs: {x: [4]}
  layers:
    - Dense: {units: 8, activation: relu}
    - Dense: {units: 3, as: kind}
  outputs: kind
"""

DATA = """\
data:
  train: {Sklearn: iris}
  inputs: {x: {column: features}}
  targets: {kind: {column: target}}
"""

TRAIN = """\
train:
  loss: {SparseCategoricalCrossentropy: {from_logits: true}}
  epochs: 3
"""


def complete(example: str) -> str:
    """The whole blueprint that an example stands for.

    One that has `yamlnet: 1`, or no sections at all (a file that is not even YAML), is whole. Otherwise
    the model is added where it is missing, and data and training where the other of the two is there.
    """
    sections = set(SECTION.findall(example))
    if "yamlnet" in sections or not sections:
        return example
    added = ["yamlnet: 1\n"]
    if not sections & {"model", "models", "blocks"}:
        added.append(MODEL)
    if "train" in sections and "data" not in sections:
        added.append(DATA)
    if "data" in sections and "train" not in sections:
        added.append(TRAIN)
    return "".join([added[0], example, *added[1:]])
