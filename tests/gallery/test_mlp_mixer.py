"""`vision/mlp_mixer.yaml` is the paper's MLP-Mixer as written in PyTorch below, with timm's sizes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytestmark = [pytest.mark.backend, pytest.mark.slow, pytest.mark.usefixtures("held_once")]

BLUEPRINT = "vision/mlp_mixer.yaml"
PARAMETERS = {"s16": 18_528_264, "b16": 59_880_472, "l16": 208_196_168}
"""As timm counts `mixer_s16_224` to `mixer_l16_224`."""

TABLE_1 = {"s16": (8, 512, 2048, 256), "b16": (12, 768, 3072, 384), "l16": (24, 1024, 4096, 512)}
"""The paper's: layers, hidden size C, MLP dimension DC, MLP dimension DS."""


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("member", PARAMETERS)
def test_it_has_as_many_parameters_as_published(member: str, build: Any) -> None:
    assert build(f"{BLUEPRINT}:{member}").count_params() == PARAMETERS[member]


def test_it_is_b16_where_no_member_is_named(build: Any) -> None:
    assert build(BLUEPRINT).count_params() == PARAMETERS["b16"]


@pytest.mark.parametrize("member", ["s16", "b16"])
def test_with_the_same_weights_it_gives_the_same_outputs(member: str, build: Any) -> None:
    ours, reference = build(f"{BLUEPRINT}:{member}"), _Reference(*TABLE_1[member])
    reference.copy_to(ours)
    images = np.random.default_rng(0).normal(size=(2, 224, 224, 3)).astype("float32")
    expected = reference(images)
    assert np.ptp(expected, axis=0).max() > 1e-3, "the outputs say too little of the images"
    np.testing.assert_allclose(ours.predict(images, verbose=0), expected, rtol=1e-4, atol=1e-6)


def test_its_layers_have_readable_names(build: Any) -> None:
    names = [layer.name for layer in build(f"{BLUEPRINT}:s16").layers]
    assert names[:4] == ["image", "patches", "mixer_1_token_norm", "mixer_1_channels_first"]
    assert {"mixer_4_token_mlp_expand", "mixer_8_channel_mlp_project", "mixer_8_channels_mixed"} <= set(names)
    assert names[-3:] == ["norm", "pool", "label"]


class _Reference:
    """Section 2 and figure 1 of the paper with `torch.nn`, drawn so that its outputs tell."""

    def __init__(self, depth: int, width: int, channel_hidden: int, token_hidden: int) -> None:
        import torch
        from torch import nn

        torch.set_num_threads(2)
        torch.manual_seed(0)

        def mlp(size: int, hidden: int) -> Any:
            return nn.Sequential(nn.Linear(size, hidden), nn.GELU(), nn.Linear(hidden, size))

        def norm() -> Any:
            made = nn.LayerNorm(width, eps=1e-6)
            nn.init.uniform_(made.weight, 0.5, 1.5)
            nn.init.uniform_(made.bias, -0.1, 0.1)
            return made

        self.patches = nn.Conv2d(3, width, 16, 16)
        self.layers = [
            (norm(), mlp(196, token_hidden), norm(), mlp(width, channel_hidden)) for _ in range(depth)
        ]
        self.norm = norm()
        self.label = nn.Linear(width, 1000)
        nn.init.normal_(self.label.weight, std=0.5)

    def __call__(self, images: Any) -> Any:
        import torch

        with torch.no_grad():
            tokens = self.patches(torch.from_numpy(images.transpose(0, 3, 1, 2))).flatten(2).transpose(1, 2)
            for token_norm, token_mlp, channel_norm, channel_mlp in self.layers:
                tokens = tokens + token_mlp(token_norm(tokens).transpose(1, 2)).transpose(1, 2)
                tokens = tokens + channel_mlp(channel_norm(tokens))
            return torch.softmax(self.label(self.norm(tokens).mean(1)), dim=-1).numpy()

    def copy_to(self, ours: Any) -> None:
        """Every weight to the layer of ours that does the same."""

        def give(name: str, theirs: Any) -> None:
            weight, bias = (one.detach().numpy() for one in (theirs.weight, theirs.bias))
            order = {4: (2, 3, 1, 0), 2: (1, 0), 1: (0,)}[weight.ndim]
            ours.get_layer(name).set_weights([weight.transpose(order), bias])

        give("patches", self.patches)
        for number, (token_norm, token_mlp, channel_norm, channel_mlp) in enumerate(self.layers, start=1):
            give(f"mixer_{number}_token_norm", token_norm)
            give(f"mixer_{number}_token_mlp_expand", token_mlp[0])
            give(f"mixer_{number}_token_mlp_project", token_mlp[2])
            give(f"mixer_{number}_channel_norm", channel_norm)
            give(f"mixer_{number}_channel_mlp_expand", channel_mlp[0])
            give(f"mixer_{number}_channel_mlp_project", channel_mlp[2])
        give("norm", self.norm)
        give("label", self.label)
