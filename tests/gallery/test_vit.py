"""`vision/vit.yaml` is `transformers.ViTForImageClassification`, with the sizes that timm publishes."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

pytestmark = [pytest.mark.backend, pytest.mark.slow, pytest.mark.usefixtures("held_once")]

BLUEPRINT = "vision/vit.yaml"
PARAMETERS = {"tiny": 5_717_416, "small": 22_050_664, "base": 86_567_656, "large": 304_326_632}
"""As timm counts `vit_tiny_patch16_224` to `vit_large_patch16_224`."""


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("member", PARAMETERS)
def test_it_has_as_many_parameters_as_published(member: str, build: Any) -> None:
    assert build(f"{BLUEPRINT}:{member}").count_params() == PARAMETERS[member]


def test_it_is_base_where_no_member_is_named(build: Any) -> None:
    assert build(BLUEPRINT).count_params() == PARAMETERS["base"]


@pytest.mark.parametrize("member", ["tiny", "base"])
def test_with_the_same_weights_it_gives_the_same_outputs(member: str, build: Any) -> None:
    ours = build(f"{BLUEPRINT}:{member}")
    reference = _reference(width=ours.get_layer("patches").embed_dim)
    _copy(reference, ours)
    images = np.random.default_rng(0).normal(size=(2, 224, 224, 3)).astype("float32")
    expected = _probabilities(reference, images)
    assert np.ptp(expected, axis=0).max() > 1e-3, "the outputs say too little of the images"
    np.testing.assert_allclose(ours.predict(images, verbose=0), expected, rtol=1e-4, atol=1e-6)


def test_its_dropout_stands_where_the_paper_has_it(build: Any) -> None:
    settings = ("width=8", "heads=2", "depth=2", "dropout=0.1")
    names = [one.name for one in build(BLUEPRINT, *settings).layers if isinstance(one, keras.layers.Dropout)]
    places = ("attention_dropout", "mlp_expand_dropout", "mlp_project_dropout")
    assert names == ["dropout", *(f"encoder_{block}_{place}" for block in (1, 2) for place in places)]


def test_its_layers_have_readable_names(build: Any) -> None:
    names = [layer.name for layer in build(f"{BLUEPRINT}:tiny").layers]
    assert names[:4] == ["image", "patches", "class_token", "positions"]
    assert {"tokens", "encoder_1_attention", "encoder_7_mlp_expand", "encoder_12_attended"} <= set(names)
    assert names[-1] == "label"


def _reference(width: int) -> Any:
    """The model of `transformers`, every weight drawn anew: its own leave biases at 0 and scales at 1."""
    import torch
    from transformers import ViTConfig, ViTForImageClassification

    torch.set_num_threads(2)
    torch.manual_seed(0)
    config = ViTConfig(
        hidden_size=width,
        intermediate_size=4 * width,
        num_attention_heads=width // 64,
        layer_norm_eps=1e-6,  # the paper's code and timm; the default of `transformers` is 1e-12
        num_labels=1000,
    )
    model = ViTForImageClassification(config).eval()
    for name, weight in model.named_parameters():
        if weight.dim() == 1:
            low, high = (0.5, 1.5) if "norm" in name and name.endswith("weight") else (-0.1, 0.1)
            torch.nn.init.uniform_(weight, low, high)
        elif weight.dim() == 3:
            torch.nn.init.normal_(weight)
        else:
            torch.nn.init.normal_(weight, std=weight[0].numel() ** -0.5)
    return model


def _probabilities(model: Any, images: Any) -> Any:
    import torch

    with torch.no_grad():
        logits = model(pixel_values=torch.from_numpy(images.transpose(0, 3, 1, 2))).logits
    return torch.softmax(logits, dim=-1).numpy()


def _copy(reference: Any, ours: Any) -> None:
    """Every weight of the reference, once, to the layer of ours that does the same."""
    state = {name: value.numpy() for name, value in reference.state_dict().items()}

    def dense(name: str) -> list[Any]:
        return [state.pop(f"{name}.weight").T, state.pop(f"{name}.bias")]

    def norm(name: str) -> list[Any]:
        return [state.pop(f"{name}.weight"), state.pop(f"{name}.bias")]

    kernel, bias = state.pop("vit.embeddings.patch_embeddings.projection.weight"), "projection.bias"
    patches = [kernel.transpose(2, 3, 1, 0), state.pop(f"vit.embeddings.patch_embeddings.{bias}")]
    ours.get_layer("patches").set_weights(patches)
    ours.get_layer("class_token").set_weights([state.pop("vit.embeddings.cls_token")[0]])
    ours.get_layer("positions").set_weights([state.pop("vit.embeddings.position_embeddings")[0]])
    for block in range(reference.config.num_hidden_layers):
        theirs, name = f"vit.layers.{block}", f"encoder_{block + 1}"
        attention = ours.get_layer(f"{name}_attention")
        projections = [dense(f"{theirs}.attention.{part}_proj") for part in "qkvo"]
        values = [value for projection in projections for value in projection]
        shapes = [weight.shape for weight in attention.weights]
        attention.set_weights([value.reshape(shape) for value, shape in zip(values, shapes, strict=True)])
        ours.get_layer(f"{name}_attention_norm").set_weights(norm(f"{theirs}.layernorm_before"))
        ours.get_layer(f"{name}_mlp_norm").set_weights(norm(f"{theirs}.layernorm_after"))
        ours.get_layer(f"{name}_mlp_expand").set_weights(dense(f"{theirs}.mlp.fc1"))
        ours.get_layer(f"{name}_mlp_project").set_weights(dense(f"{theirs}.mlp.fc2"))
    ours.get_layer("norm").set_weights(norm("vit.layernorm"))
    ours.get_layer("label").set_weights(dense("classifier"))
    assert not state, f"weights that nothing of ours takes: {', '.join(state)}"
