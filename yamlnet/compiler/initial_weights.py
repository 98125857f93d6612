"""Initial weights of our own: drawn with NumPy from a seed and the weight's path.

Keras draws them with the backend, so they differ between backends, and on JAX every new shape costs a
compilation. While `numpy_initial_weights` is active, a weight that a layer adds gets its value from
NumPy instead (`initializers.py`), so that the same model and seed have bit-identical initial weights on
JAX, TensorFlow and PyTorch. Layers keep their initializers, and so does the saved configuration.

The one seam is `Layer.add_weight`, through which every Keras layer, cell and wrapper makes its weights;
it is replaced while any thread needs it and does something only in the context that asked for it.

Which numbers a weight gets:

- They depend on the seed and the weight's canonical path (`weight_paths.py`) alone: not on the
  backend, on other layers, or on what the process built before.
- A path that is asked for again within one context (two models with a layer of the same name, a layer
  that is built twice) gets a number (`dense/kernel#2`), so no two weights share a stream.
- An initializer with a seed of its own follows that seed only: two such weights of one shape are
  equal, as in Keras. Keras advances a `SeedGenerator` on every draw, and so do we.
- What only the initializer itself knows (a function, a class that overrides `__call__`) is asked, with
  Keras's, Python's and NumPy's global generators seeded for the call. It is then reproducible on one
  backend, but not the same on all. The functions that Keras's own layers use are known here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from weakref import WeakKeyDictionary

import keras
import numpy as np
from msgspec import Struct, field

from yamlnet.compiler.abstract_weights import WeightLimit, placeholder
from yamlnet.compiler.initializers import Shape, find_draw, require_fit
from yamlnet.compiler.pinned_randomness import pinned_python, pinned_randomness
from yamlnet.compiler.seams import Seam
from yamlnet.compiler.streams import Array, Stream
from yamlnet.compiler.weight_paths import weight_path


@contextmanager
def numpy_initial_weights(
    seed: int, scope: str = "", limit: WeightLimit | None = None, drawn: bool = True
) -> Iterator[None]:
    """Draw the initial weights of every layer that is built in this context with NumPy.

    Contexts nest, the innermost decides; a thread that did not enter one is not affected.

    Args:
        seed: any whole number.
        scope: put before every path; give each model of a program its own, so that a layer's weights
            do not depend on which other models hold a layer of that name.
        limit: counts every weight before it is drawn.
        drawn: False inside `abstract_weights`: a weight's value is then a placeholder.
    """
    outer = _RUN.get()
    run = _Run(seed, scope, outer.taken if outer is not None and outer.seed == seed else {}, limit, drawn)
    token = _RUN.set(run)
    try:
        with _SEAM:
            yield
    finally:
        _RUN.reset(token)


@contextmanager
def layer_seed(seed: int, layer_name: str) -> Iterator[None]:
    """Give the random layers that are made in this context seeds that depend on these two alone.

    A layer with `seed=None` (Dropout, RandomCrop, …) takes its seed from Python's global generator when
    it is constructed, and a layer that holds random layers (MultiHeadAttention) often when it is built:
    wrap the constructor and the first call, under different names. The generator's state is put back
    afterwards. Its configuration keeps saying `seed: null`, but for layers that Keras makes say more.
    """
    with pinned_python(Stream.named("layer", seed, layer_name)):
        yield


class _Run(Struct):
    """What one `numpy_initial_weights` knows.

    Attributes:
        seed, scope: as given.
        taken: the paths that are taken, and how often each was asked for.
        limit, drawn: as given.
        draws: how often each `SeedGenerator` that came with an initializer was used.
    """

    seed: int
    scope: str
    taken: dict[str, int]
    limit: WeightLimit | None = None
    drawn: bool = True
    draws: WeakKeyDictionary[Any, int] = field(default_factory=WeakKeyDictionary)

    def claim(self, layer: Any, weight: str | None) -> str:
        """The path of a new weight, numbered if it is taken."""
        wanted = path = "/".join(filter(None, (self.scope, weight_path(layer, weight))))
        while path in self.taken:
            self.taken[wanted] += 1
            path = f"{wanted}#{self.taken[wanted]}"
        self.taken[path] = 1
        return path

    def generator_stream(self, generator: Any) -> Stream:
        """The next stream of a `keras.random.SeedGenerator` that was given a seed."""
        self.draws[generator] = self.draws.get(generator, 0) + 1
        return Stream.named("generator", generator.get_config()["seed"], self.draws[generator])


_RUN: ContextVar[_Run | None] = ContextVar("numpy_initial_weights", default=None)


def _add_weight(self: Any, *args: Any, **kwargs: Any) -> Any:
    """Keras's `Layer.add_weight(shape, initializer, dtype, *, name, …)`, with the value drawn by NumPy."""
    run = _RUN.get()
    if run is None:
        return _SEAM.originals[0](self, *args, **kwargs)
    shape = args[0] if args else kwargs.get("shape")
    if run.limit is not None:
        run.limit.add(shape)
    path = run.claim(self, kwargs.get("name"))
    initial = _Initial(run, self, path, args[1] if len(args) > 1 else kwargs.get("initializer"))
    if isinstance(shape, tuple | list):
        require_fit(keras.initializers.get(initial.initializer), tuple(shape))
    if len(args) > 1:
        args = (args[0], initial, *args[2:])
    else:
        kwargs["initializer"] = initial
    return _SEAM.originals[0](self, *args, **kwargs)


_SEAM = Seam((keras.Layer, "add_weight", _add_weight))


class _Initial(Struct, eq=False):
    """Stands where Keras expects an initializer and gives the value that NumPy drew.

    Keras may call it several times (for a placeholder, then for the value): it always gives the same.

    Attributes:
        layer: the layer that adds the weight.
        path: the weight's, unique in the run.
        initializer: as it was given to `add_weight`: an object, a name, or None.
        streams: what has been settled so far, by initializer and part of the weight.
    """

    run: _Run
    layer: Any
    path: str
    initializer: Any
    streams: dict[tuple[int, str], Stream] = field(default_factory=dict)

    def __call__(self, shape: Shape, dtype: Any = None) -> Any:
        """The initial value as a tensor of the backend."""
        name = keras.backend.standardize_dtype(dtype)
        if self.initializer is None:  # as `Layer.add_weight` has it
            self.initializer = "glorot_uniform" if "float" in name else "zeros"
        self.initializer = keras.initializers.get(self.initializer)
        if not self.run.drawn:
            return placeholder(tuple(shape), name)
        drawn = self._drawn(tuple(shape), np.dtype(name))
        return self._asked(shape, name) if drawn is None else _tensor(drawn, name)

    def _drawn(self, shape: Shape, dtype: np.dtype[Any]) -> Array | None:
        """The value, or None where only the initializer itself can make it."""
        function = _keras_function(self.initializer)
        if function in FORGET_BIASES:
            return self._forget_bias(shape, dtype)
        if function == MOVING_STDDEV:
            variance = self._part(self.layer.moving_variance_initializer, shape, dtype)
            return None if variance is None else np.sqrt(variance).astype(dtype)
        return self._part(self.initializer, shape, dtype)

    def _forget_bias(self, shape: Shape, dtype: np.dtype[Any]) -> Array | None:
        """A bias of four gates whose second, the forget gate's, starts at one (Jozefowicz et al. 2015)."""
        units = shape[0] // 4
        before = self._part(self.layer.bias_initializer, (units,), dtype, "input")
        after = self._part(self.layer.bias_initializer, (2 * units,), dtype, "cell, output")
        if before is None or after is None:
            return None
        return np.concatenate([before, np.ones(units, dtype), after])

    def _part(self, initializer: Any, shape: Shape, dtype: np.dtype[Any], part: str = "") -> Array | None:
        """What one initializer gives for the whole weight or a part of it."""
        draw = find_draw(initializer, dtype)
        if draw is None:
            return None
        key = (id(initializer), part)
        if key not in self.streams:
            self.streams[key] = self._seeded(initializer) or self._stream(part)
        return draw(initializer, shape, dtype, self.streams[key])

    def _stream(self, part: str = "") -> Stream:
        return Stream.named("weight", self.run.seed, self.path, part)

    def _seeded(self, initializer: Any) -> Stream | None:
        """The stream of an initializer that was given a seed, else None."""
        if getattr(initializer, "_init_seed", None) is None or _copied_unseeded(self.layer, initializer):
            return None
        if isinstance(initializer.seed, int):
            return Stream.named("initializer", initializer.seed)
        unseeded = initializer.seed.get_config()["seed"] is None
        return None if unseeded else self.run.generator_stream(initializer.seed)

    def _asked(self, shape: Shape, dtype: str) -> Any:
        """What the initializer itself makes, its randomness pinned as far as it comes from outside."""
        with pinned_randomness(self._stream()):
            return self.initializer(shape, dtype=dtype)


FORGET_BIASES = (
    "LSTMCell.build.<locals>.bias_initializer",
    "ConvLSTMCell.build.<locals>.bias_initializer",
)
MOVING_STDDEV = "BatchNormalization.build.<locals>.moving_stddev_initializer"
"""The functions inside Keras's layers that are used as initializers; they would run on the backend."""


def _keras_function(initializer: object) -> str | None:
    """The qualified name of a function that Keras defines, else None."""
    ours = getattr(initializer, "__module__", "").startswith("keras.")
    return getattr(initializer, "__qualname__", None) if ours else None


def _copied_unseeded(layer: Any, initializer: Any) -> bool:
    """Whether a layer made this from an initializer of its own that had no seed.

    EinsumDense copies its `kernel_initializer` and writes the seed that Keras made up into the copy.
    """
    return any(
        getattr(original, "_init_seed", 0) is None and getattr(original, "seed", None) == initializer.seed
        for original in vars(layer).values()
        if isinstance(original, keras.initializers.Initializer)
    )


def _tensor(drawn: Array, dtype: str) -> Any:
    if keras.backend.backend() != "torch":
        return keras.ops.convert_to_tensor(drawn, dtype=dtype)
    import torch

    if drawn.dtype.isbuiltin != 1:
        drawn = drawn.astype(np.float32)  # exact; PyTorch cannot read NumPy arrays of the other types
    # From here Keras copies only to a device; given the array itself it would copy that first.
    return keras.ops.convert_to_tensor(torch.from_numpy(drawn), dtype=dtype)
