"""The blueprints that `keras.applications` has too are those models, layer for layer, number for number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import PurePath
from typing import Any

import keras
import numpy as np
import pytest

pytestmark = [pytest.mark.backend, pytest.mark.slow, pytest.mark.usefixtures("held_once")]


@dataclass(frozen=True)
class Outputs:
    """How a member's outputs for random images are compared; all but `scale` is told to `SameAs.outputs`."""

    scale: float = 1
    atol: float = 1e-6
    gain: float = 1
    soften: float = 1
    spread: float = 1e-4

    def assert_same(self, same_as: Any, ours: Any, reference: Any) -> None:
        shape = (2, *reference.input_shape[1:])
        images = (self.scale * np.random.default_rng(1).normal(size=shape)).astype("float32")
        how = {name: value for name, value in asdict(self).items() if name != "scale"}
        same_as.outputs(ours, reference, images, **how)


@dataclass(frozen=True)
class Member:
    """A blueprint, the application that it is, and what both are given: `None` leaves them their defaults."""

    blueprint: str
    application: str
    parameters: int
    image: int | None = None
    outputs: Outputs | None = None
    """`None` where another row of the same blueprint compares them."""

    alpha: float | None = None
    classes: int | None = None

    def __str__(self) -> str:
        return "-".join([PurePath(self.blueprint).name.replace(".yaml", ""), *self._settings()])

    def ours(self, build: Callable[..., Any]) -> Any:
        return build(self.blueprint, *self._settings())

    def reference(self) -> Any:
        given = self._given()
        size = given.pop("image", None)
        shape = None if size is None else (size, size, 3)
        return getattr(keras.applications, self.application)(weights=None, input_shape=shape, **given)

    def _settings(self) -> list[str]:
        return [f"{name}={value}" for name, value in self._given().items()]

    def _given(self) -> dict[str, Any]:
        given = {"image": self.image, "alpha": self.alpha, "classes": self.classes}
        return {name: value for name, value in given.items() if value is not None}


DEEP, DEEPER = Outputs(atol=1e-7), Outputs(atol=1e-7, soften=0.01)
BRIGHT, BRIGHTER = Outputs(scale=10), Outputs(scale=1000)
MOBILE = Outputs(gain=2**0.5, spread=1e-3)
SEPARABLE = Outputs(spread=1e-3)
PIXELS = Outputs(scale=100, gain=1.5, soften=5, spread=1e-3)
"""With a gain of 1.6 or more the signal explodes, and the softmax is saturated."""

MEMBERS = [
    Member("vision/resnet.yaml:50", "ResNet50", 25_636_712, 224, DEEP),
    Member("vision/resnet.yaml:101", "ResNet101", 44_707_176, 64, DEEP),
    Member("vision/resnet.yaml:152", "ResNet152", 60_419_944, 64, DEEPER),
    Member("vision/resnet_v2.yaml:50", "ResNet50V2", 25_613_800, 224, DEEP),
    Member("vision/resnet_v2.yaml:101", "ResNet101V2", 44_675_560, 64, DEEP),
    Member("vision/resnet_v2.yaml:152", "ResNet152V2", 60_380_648, 64, DEEPER),
    Member("vision/vgg.yaml:16", "VGG16", 138_357_544),
    Member("vision/vgg.yaml:16", "VGG16", 43_985_704, 64, BRIGHTER),
    Member("vision/vgg.yaml:19", "VGG19", 143_667_240),
    Member("vision/vgg.yaml:19", "VGG19", 49_295_400, 64, BRIGHTER),
    Member("vision/densenet.yaml:121", "DenseNet121", 8_062_504, 224, BRIGHT),
    Member("vision/densenet.yaml:169", "DenseNet169", 14_307_880, 64, BRIGHT),
    Member("vision/densenet.yaml:201", "DenseNet201", 20_242_984, 64, BRIGHT),
    Member("vision/inception_v3.yaml", "InceptionV3", 23_851_784),
    Member("vision/inception_v3.yaml", "InceptionV3", 23_851_784, 139, BRIGHTER),
    Member("vision/mobilenet_v2.yaml", "MobileNetV2", 3_538_984, None, MOBILE),
    Member("vision/mobilenet_v2.yaml", "MobileNetV2", 1_374_312, 96, alpha=0.1),
    Member("vision/mobilenet_v2.yaml", "MobileNetV2", 1_571_416, 101, alpha=0.28),
    Member("vision/mobilenet_v2.yaml", "MobileNetV2", 1_691_208, 224, alpha=0.35),
    Member("vision/mobilenet_v2.yaml", "MobileNetV2", 1_987_224, 224, alpha=0.5),
    Member("vision/mobilenet_v2.yaml", "MobileNetV2", 2_663_064, 224, alpha=0.75),
    Member("vision/mobilenet_v2.yaml", "MobileNetV2", 3_538_984, 72, alpha=1.0),
    Member("vision/mobilenet_v2.yaml", "MobileNetV2", 5_431_048, 224, alpha=1.3),
    Member("vision/mobilenet_v2.yaml", "MobileNetV2", 6_156_712, 224, alpha=1.4),
    Member("vision/mobilenet_v2.yaml", "MobileNetV2", 12_792_040, 33, alpha=2.13),
    Member("vision/xception.yaml", "Xception", 22_910_480),
    Member("vision/xception.yaml", "Xception", 20_881_970, 96, SEPARABLE, classes=10),
    Member("vision/efficientnet_b0.yaml", "EfficientNetB0", 5_330_571),
    Member("vision/efficientnet_b0.yaml", "EfficientNetB0", 5_330_571, 64),
    Member("vision/efficientnet_b0.yaml", "EfficientNetB0", 5_330_571, 75),
    Member("vision/efficientnet_b0.yaml", "EfficientNetB0", 5_330_571, 97),
    Member("vision/efficientnet_b0.yaml", "EfficientNetB0", 4_062_381, 96, PIXELS, classes=10),
]


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("member", MEMBERS, ids=str)
def test_it_is_the_one_of_keras(
    member: Member, build: Callable[..., Any], same_as: Any, quick_weights: Any
) -> None:
    ours = member.ours(build)
    with quick_weights():
        reference = member.reference()
    assert ours.count_params() == member.parameters
    same_as.layers(ours, reference)
    same_as.settings(ours, reference)
    if member.outputs is not None:
        member.outputs.assert_same(same_as, ours, reference)
