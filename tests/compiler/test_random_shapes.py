"""Operations on tensors of random shapes, with random arguments: what is known is what Keras infers."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import keras
import pytest

from yamlnet.checks.shapes.call import Call, Read
from yamlnet.checks.shapes.rules import given_by_function

pytestmark = [pytest.mark.backend, pytest.mark.usefixtures("on_jax")]

Shape = tuple[int | None, ...]
Drawn = tuple[dict[str, Any], dict[str, Any]]
"""The shapes of the tensors, and the other arguments."""

TRIES = 60


class Draw(random.Random):
    """Draws shapes and arguments; free axes and axes of length 1 are as likely as others."""

    def shape(self, least: int = 0, most: int = 4) -> Shape:
        return tuple(self.choice([None, 1, 2, 3, 4, 6]) for _ in range(self.randint(least, most)))

    def near(self, shape: Shape) -> Shape:
        """A shape that often goes with another."""
        other = [self.choice([None, 1, one]) if self.random() < 0.3 else one for one in shape]
        return tuple(other[self.randint(0, len(other)) :] if self.random() < 0.3 else other)

    def axis(self, shape: Shape) -> int:
        return self.randrange(-len(shape), max(len(shape), 1)) if shape else 0

    def axes(self, shape: Shape) -> Any:
        some = self.sample(range(len(shape)), min(len(shape), 2))
        return self.choice([None, self.axis(shape), [axis - self.choice([0, len(shape)]) for axis in some]])

    def alike(self) -> tuple[list[Shape], int]:
        """Shapes that differ along one axis, and that axis."""
        shape = self.shape(1, 4)
        axis = self.axis(shape)
        found = []
        for _ in range(self.randint(1, 3)):
            other = [None if self.random() < 0.2 else one for one in shape]
            other[axis] = self.choice([None, 1, 2, 5])
            found.append(tuple(other))
        return found, axis


def two(draw: Draw) -> Drawn:
    one = draw.shape()
    pair = [one, draw.near(one)]
    draw.shuffle(pair)
    return {"x1": pair[0], "x2": pair[1]}, {}


def product(draw: Draw) -> Drawn:
    one = draw.shape(1, 4)
    return {"x1": one, "x2": draw.shape(1, 4) if draw.random() < 0.4 else draw.near(one)}, {}


def tensordot(draw: Draw) -> Drawn:
    one, other = draw.shape(1, 4), list(draw.shape(1, 4))
    if draw.random() < 0.5:
        return {"x1": one, "x2": tuple(other)}, {"axes": draw.randint(0, 2)}
    left, right = draw.axis(one), draw.axis(tuple(other))
    other[right] = one[left]
    return {"x1": one, "x2": tuple(other)}, {"axes": [[left], [right]]}


def einsum(draw: Draw) -> Drawn:
    lengths = {letter: draw.choice([None, 1, 2, 3]) for letter in "abcd"}
    specs, shapes = [], []
    for _ in range(draw.randint(1, 3)):
        letters = draw.sample("abcd", draw.randint(0, 3))
        dots, place = draw.random() < 0.3, draw.randint(0, len(letters))
        between = draw.shape(0, 2) if dots else ()
        specs.append("".join([*letters[:place], "..." if dots else "", *letters[place:]]))
        known = [lengths[letter] for letter in letters]
        shapes.append((*known[:place], *between, *known[place:]))
    used = sorted({letter for spec in specs for letter in spec} - {"."})
    kept = draw.sample(used, draw.randint(0, len(used)))
    if any("..." in spec for spec in specs):
        kept.insert(draw.randint(0, len(kept)), "...")
    return {"operands": shapes}, {"subscripts": ",".join(specs) + draw.choice(["", f"->{''.join(kept)}"])}


def reduced(draw: Draw) -> Drawn:
    shape = draw.shape(0, 5)
    return {"x": shape}, {"axis": draw.axes(shape), "keepdims": draw.random() < 0.5}


def quantile(draw: Draw) -> Drawn:
    tensors, arguments = reduced(draw)
    return tensors, {**arguments, "q": draw.choice([0.5, [0.5], [0.1, 0.2]])}


def reshaped(draw: Draw) -> Drawn:
    target = [draw.choice([-1, 1, 2, 3, 4, 6, 12]) for _ in range(draw.randint(1, 4))]
    return {"x": draw.shape()}, {"newshape": target}


def transposed(draw: Draw) -> Drawn:
    shape = draw.shape(0, 5)
    axes = [axis - draw.choice([0, len(shape)]) for axis in draw.sample(range(len(shape)), len(shape))]
    return {"x": shape}, {"axes": draw.choice([None, axes])}


def moved(draw: Draw) -> Drawn:
    shape = draw.shape(1, 5)
    count = draw.randint(1, min(2, len(shape)))
    sides = [draw.sample(range(len(shape)), count) for _ in range(2)]
    return {"x": shape}, {"source": sides[0], "destination": sides[1]}


def expanded(draw: Draw) -> Drawn:
    shape = draw.shape()
    return {"x": shape}, {"axis": draw.choice([draw.randint(-len(shape) - 1, len(shape)), [0, -1]])}


def along(draw: Draw) -> Drawn:
    shape = draw.shape(1, 4)
    return {"x": shape}, {"axis": draw.axis(shape)}


def squeezed(draw: Draw) -> Drawn:
    shape = draw.shape()
    return {"x": shape}, {"axis": draw.axes(shape)}


def tiled(draw: Draw) -> Drawn:
    return {"x": draw.shape()}, {"repeats": [draw.randint(1, 3) for _ in range(draw.randint(1, 5))]}


def repeated(draw: Draw) -> Drawn:
    shape = draw.shape()
    return {"x": shape}, {
        "repeats": draw.choice([2, [1, 2, 3]]),
        "axis": draw.choice([None, draw.axis(shape)]),
    }


def padded(draw: Draw) -> Drawn:
    shape = draw.shape(1, 4)
    each = [[draw.randint(0, 3), draw.randint(0, 3)] for _ in shape]
    return {"x": shape}, {"pad_width": draw.choice([2, [1, 2], [[1, 2]], each])}


def split(draw: Draw) -> Drawn:
    shape = draw.shape(1, 4)
    parts = draw.choice([1, 2, 3, [1], [1, 2]])
    return {"x": shape}, {"indices_or_sections": parts, "axis": draw.axis(shape)}


def taken(draw: Draw) -> Drawn:
    shape = draw.shape(1, 4)
    return {"x": shape, "indices": draw.near(shape)}, {"axis": draw.choice([None, draw.axis(shape)])}


def hot(draw: Draw) -> Drawn:
    shape = draw.shape(0, 3)
    return {"x": shape}, {"num_classes": 5, "axis": draw.choice([-1, draw.axis(shape)])}


def joined(draw: Draw) -> Drawn:
    shapes, axis = draw.alike()
    return {"xs": shapes}, {"axis": axis}


def stacked(draw: Draw) -> Drawn:
    shapes, axis = draw.alike()
    return {"x": shapes}, {"axis": axis}


def piled(draw: Draw) -> Drawn:
    return {"xs": draw.alike()[0]}, {}


def sliced(draw: Draw) -> Drawn:
    shape = draw.shape(1, 3)
    return {"inputs": shape}, {
        "start_indices": [0] * len(shape),
        "shape": [draw.choice([-1, 1]) for _ in shape],
    }


def diagonal(draw: Draw) -> Drawn:
    shape = draw.shape(2, 4)
    one, other = draw.sample(range(len(shape)), 2)
    return {"x": shape}, {"offset": draw.randint(-2, 2), "axis1": one, "axis2": other - len(shape)}


def matrix(draw: Draw) -> Drawn:
    return {"x": (*draw.shape(0, 2), *draw.choice([(3, 3), (4, 3), (3, 5), (None, 3)]))}, {}


def pooled(draw: Draw) -> Drawn:
    shape = draw.shape(3, 5)
    sizes = [draw.randint(1, 3) for _ in shape[2:]]
    return {"inputs": shape}, {
        "pool_size": draw.choice([1, 2, sizes]),
        "strides": draw.choice([None, 1, 2]),
        "padding": draw.choice(["valid", "same"]),
        "data_format": draw.choice([None, "channels_first", "channels_last"]),
    }


def convolved(draw: Draw, kernel_end: tuple[int, int] = (6, 5)) -> Drawn:
    sides = [draw.choice([None, 4, 5, 7]) for _ in range(draw.randint(1, 3))]
    first = draw.random() < 0.3
    shape = (None, 6, *sides) if first else (None, *sides, 6)
    sizes = [draw.randint(1, 3) for _ in sides]
    return {"inputs": shape, "kernel": (*sizes, *kernel_end)}, {
        "strides": draw.choice([1, 2, [draw.randint(1, 2) for _ in sides]]),
        "padding": draw.choice(["valid", "same"]),
        "data_format": "channels_first" if first else None,
        "dilation_rate": draw.choice([1, 1, 2]),
    }


def deconvolved(draw: Draw) -> Drawn:
    tensors, arguments = convolved(draw, (5, 6))
    return tensors, {**arguments, "output_padding": draw.choice([None, None, 1])}


DRAWN: dict[str, Callable[[Draw], Drawn]] = {
    "add": two, "argsort": along, "array_split": split, "average_pool": pooled, "concatenate": joined,
    "conv": convolved, "conv_transpose": deconvolved, "depthwise_conv": convolved, "det": matrix,
    "diagonal": diagonal, "dot": product, "dstack": piled, "einsum": einsum, "expand_dims": expanded,
    "glu": along, "hstack": piled, "inner": product, "kron": two, "lu_factor": matrix, "matmul": product,
    "max": reduced, "max_pool": pooled, "moveaxis": moved, "norm": reduced, "one_hot": hot, "outer": two,
    "pad": padded, "pinv": matrix, "qr": matrix, "quantile": quantile, "repeat": repeated,
    "reshape": reshaped,
    "slice": sliced, "split": split, "squeeze": squeezed, "stack": stacked, "svd": matrix, "take": taken,
    "take_along_axis": taken, "tensordot": tensordot, "tile": tiled, "trace": diagonal,
    "transpose": transposed, "unstack": along, "vstack": piled,
}  # fmt: skip

KNOWN_LESS = {
    "squeeze": "without axes, a free one may be of length 1",
    "dot": "two vectors of different lengths, which Keras lets through",
}
"""Where Keras tells a shape and the rule, for a reason, none."""


def called(name: str, tensors: dict[str, Any], arguments: dict[str, Any]) -> Any:
    """What Keras infers: a shape or several; None where it refuses."""
    given = {
        key: [keras.KerasTensor(one) for one in value]
        if isinstance(value, list)
        else keras.KerasTensor(value)
        for key, value in tensors.items()
    }
    operation = getattr(keras.ops, name)
    try:
        if name == "einsum":
            found = operation(arguments["subscripts"], *given["operands"])
        else:
            found = operation(**given, **arguments)
    except Exception:  # each operation refuses in its own way
        return None
    return [one.shape for one in found] if isinstance(found, list | tuple) else found.shape


@pytest.mark.parametrize("name", DRAWN)
def test_random_calls_give_what_keras_infers(name: str) -> None:
    draw, inferred = Draw(name), 0
    for _ in range(TRIES):
        tensors, arguments = DRAWN[name](draw)
        theirs = called(name, tensors, arguments)
        if theirs is None:
            continue
        inferred += 1
        reads = {
            key: [Read(one) for one in value] if isinstance(value, list) else Read(value)
            for key, value in tensors.items()
        }
        ours = given_by_function("op", Call(name, {**reads, **arguments}))
        assert ours == theirs or (ours is None and name in KNOWN_LESS), (tensors, arguments)
    assert inferred > TRIES / 10, "too few calls are any that Keras takes"
