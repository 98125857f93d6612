"""Every entry of the gallery's benchmark: a field is a module here, and a line."""

from __future__ import annotations

from learning import (
    agents,
    fashion,
    forecast,
    generative,
    language,
    multimodal,
    recommend,
    sentiment,
    speech,
    tabular,
    translation,
)
from learning.entry import Entry

ENTRIES: tuple[Entry, ...] = (
    *fashion.ENTRIES,
    *sentiment.ENTRIES,
    *forecast.ENTRIES,
    *tabular.ENTRIES,
    *recommend.ENTRIES,
    *speech.ENTRIES,
    *language.ENTRIES,
    *translation.ENTRIES,
    *agents.ENTRIES,
    *multimodal.ENTRIES,
    *generative.ENTRIES,
)

BY_NAME = {entry.blueprint: entry for entry in ENTRIES}
