"""`vision/unet.yaml` is figure 1 of the paper on U-Net, as written in PyTorch below."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

pytestmark = [pytest.mark.backend, pytest.mark.slow, pytest.mark.usefixtures("held_once")]

BLUEPRINT = "vision/unet.yaml"
PARAMETERS = 31_030_658

FIGURE_1 = [
    *[(570, 64), (568, 64), (284, 64), (282, 128), (280, 128), (140, 128), (138, 256), (136, 256), (68, 256)],
    *[(66, 512), (64, 512), (32, 512), (30, 1024), (28, 1024)],
    *[
        (56, 1024),
        (54, 512),
        (52, 512),
        (104, 512),
        (102, 256),
        (100, 256),
        (200, 256),
        (198, 128),
        (196, 128),
    ],
    *[(392, 128), (390, 64), (388, 64), (388, 2)],
]
"""Side and channels of the boxes, from the input on: what convolutions, poolings and joins give."""


@pytest.fixture(scope="module")
def ours(build: Any) -> Any:
    return build(BLUEPRINT)


def test_its_shapes_are_those_of_the_figure(ours: Any) -> None:
    boxes = (keras.layers.Conv2D, keras.layers.MaxPooling2D, keras.layers.Concatenate)
    shapes = [tuple(layer.output.shape) for layer in ours.layers if isinstance(layer, boxes)]
    assert shapes == [(None, side, side, channels) for side, channels in FIGURE_1]


def test_it_has_as_many_parameters(ours: Any) -> None:
    reference = _Reference()
    assert ours.count_params() == sum(one.numel() for one in reference.net.parameters()) == PARAMETERS


@pytest.mark.parametrize(
    ("settings", "reference"),
    [
        ({"image": 188}, {}),
        (
            {"image": 64, "padding": "same", "channels": 3, "classes": 5},
            {"padding": 1, "channels": 3, "classes": 5},
        ),
        ({"image": 60, "depth": 2, "width": 16}, {"depth": 2, "width": 16}),
    ],
    ids=["as in the paper", "padded", "shallow"],
)
def test_with_the_same_weights_it_gives_the_same_outputs(
    settings: dict[str, Any], reference: dict[str, Any], build: Any
) -> None:
    ours = build(BLUEPRINT, *(f"{name}={value}" for name, value in settings.items()))
    theirs = _Reference(**reference)
    theirs.copy_to(ours)
    images = np.random.default_rng(0).normal(size=(2, *ours.input_shape[1:])).astype("float32")
    expected = theirs(images)
    assert np.ptp(expected, axis=(0, 1, 2)).max() > 1e-3, "the outputs say too little of the images"
    np.testing.assert_allclose(ours.predict(images, verbose=0), expected, rtol=1e-4, atol=1e-5)


def test_its_layers_have_readable_names(ours: Any) -> None:
    names = [layer.name for layer in ours.layers]
    assert names[:4] == ["image", "down0_conv_1", "down0_conv_2", "pool0"]
    assert {"dropout3", "dropout4", "grown3", "cropped0", "joined1", "up2_conv_2"} <= set(names)
    assert names[-1] == "label"


class _Reference:
    """The figure with `torch.nn`: the skip first, then what comes from below."""

    def __init__(
        self, depth: int = 4, width: int = 64, padding: int = 0, channels: int = 1, classes: int = 2
    ) -> None:
        import torch
        from torch import nn

        torch.set_num_threads(2)
        torch.manual_seed(0)

        def convs(before: int, after: int) -> Any:
            first, second = nn.Conv2d(before, after, 3, 1, padding), nn.Conv2d(after, after, 3, 1, padding)
            return nn.Sequential(first, nn.ReLU(), second, nn.ReLU())

        widths = [width * 2**level for level in range(depth + 1)]
        self.down = nn.ModuleList(convs(*pair) for pair in zip([channels, *widths], widths, strict=False))
        self.grow = nn.ModuleList(nn.ConvTranspose2d(2 * one, one, 2, stride=2) for one in widths[:-1])
        self.up = nn.ModuleList(convs(2 * one, one) for one in widths[:-1])
        self.label = nn.Conv2d(width, classes, 1)
        self.net = nn.ModuleList([self.down, self.grow, self.up, self.label])
        for weight in self.net.parameters():
            if weight.dim() == 4:
                nn.init.kaiming_normal_(weight)

    def __call__(self, images: Any) -> Any:
        import torch
        from torch.nn.functional import max_pool2d

        with torch.no_grad():
            found, skips = torch.from_numpy(images.transpose(0, 3, 1, 2)), []
            for level, convs in enumerate(self.down):
                found = convs(found if level == 0 else max_pool2d(found, 2))
                skips.append(found)
            for level in reversed(range(len(self.up))):
                grown, skip = self.grow[level](found), skips[level]
                cut = (skip.shape[-1] - grown.shape[-1]) // 2
                middle = slice(cut, cut + grown.shape[-1])
                found = self.up[level](torch.cat([skip[:, :, middle, middle], grown], dim=1))
            return torch.softmax(self.label(found), dim=1).numpy().transpose(0, 2, 3, 1)

    def copy_to(self, ours: Any) -> None:
        """Every weight to the layer of ours that does the same."""

        def give(name: str, theirs: Any) -> None:
            kernel, bias = (one.detach().numpy() for one in (theirs.weight, theirs.bias))
            ours.get_layer(name).set_weights([kernel.transpose(2, 3, 1, 0), bias])

        for part, levels in (("down", self.down), ("up", self.up)):
            for level, convs in enumerate(levels):
                give(f"{part}{level}_conv_1", convs[0])
                give(f"{part}{level}_conv_2", convs[2])
        for level, grow in enumerate(self.grow):
            give(f"grown{level}", grow)
        give("label", self.label)
