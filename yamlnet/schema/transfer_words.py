"""The words of `train` about weights from elsewhere, and about what of a model is learnt: their types."""

from __future__ import annotations

from collections.abc import Mapping

from yamlnet.catalog import types as t
from yamlnet.diagnostics.diagnostic import KeyPath
from yamlnet.diagnostics.problems import Problems
from yamlnet.schema.objects import check_value

PATTERNS = t.AnyOf((t.Text(), t.ListOf(t.Text(), min_length=1)))

PATH = t.Text(r"[^\0]*[^\0\s][^\0]*", "the path of a run or of a file of weights")

SOURCES = ("path", "application", "preset")
"""The arguments of which one says where weights come from."""

WEIGHTS = t.AnyOf(
    (
        PATH,
        t.Fields(
            (
                t.Field("path", PATH, help="a run folder, a .keras, .weights.h5 or .safetensors file"),
                t.Field("application", t.Text(), help="a network of keras.applications: ResNet50"),
                t.Field("preset", t.Text(), help="a backbone of KerasHub: a folder, or hf://owner/name"),
                t.Field("model", t.Text(), help="which of the run's models they are taken from"),
                t.Field("except", PATTERNS, help="layers that keep their initial weights"),
                t.Field("names", t.MappingOf(t.Text()), help="what layers are called there, with * for *"),
                t.Field("weights", t.Text(), default="imagenet", help="of the application: a name or a file"),
                t.Field("top", t.Boolean(), default=False, help="whether the application has its classifier"),
            )
        ),
    )
)

_STAGE = t.Fields(
    (
        t.Field("layers", PATTERNS, required=True, help="the layers that are not learnt"),
        t.Field("until", t.Integer(min=1), help="the epochs after which they are learnt"),
    )
)

TRANSFER: dict[str, t.ValueType] = {
    "initialize": t.AnyOf((PATH, t.MappingOf(WEIGHTS))),
    "freeze": t.AnyOf((t.Text(), _STAGE, t.ListOf(t.AnyOf((t.Text(), _STAGE)), min_length=1))),
    "learning_rates": t.MappingOf(t.Number(above=0)),
    "lora": t.Fields(
        (
            t.Field("rank", t.Integer(min=1), required=True, help="the rank of the change that is learnt"),
            t.Field("target", PATTERNS, required=True, help="the layers whose kernels are changed"),
            t.Field(
                "alpha", t.Number(above=0), help="what the change is scaled by, over rank; default: rank"
            ),
            t.Field("train", PATTERNS, help="layers that are learnt whole beside it: a new head"),
        )
    ),
    "quantize": t.Choice(("int8",)),
}
"""What each word holds; layers are named by patterns, `backbone/*`."""


def check_transfer(train: Mapping[str, object], path: KeyPath, problems: Problems) -> None:
    """Report the mistakes of these words that show without the models."""
    for word, type in TRANSFER.items():
        if train.get(word) is not None:
            check_value(type, train[word], (*path, word), problems, f'"{word}"')
    sources = train.get("initialize")
    for key, source in sources.items() if isinstance(sources, Mapping) else ():
        if isinstance(source, Mapping):
            _check_source(source, (*path, "initialize", key), problems)


def _check_source(source: Mapping[str, object], path: KeyPath, problems: Problems) -> None:
    given = [word for word in SOURCES if word in source]
    if len(given) != 1:
        message = f"weights come from one place; write one of {', '.join(SOURCES)}"
        problems.add("source-arguments", message, path, "key")
