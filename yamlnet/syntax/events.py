"""The parser's events, from libyaml where there is one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

# libyaml where PyYAML was built with it (its wheels are): the same events, twenty times faster.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def events(text: str) -> Iterator[Any]:
    """A text's events; `yaml.parse` does the same through a generator, which takes longer.

    Raises:
        yaml.YAMLError: on the way: from there on, the text is not YAML.
    """
    return iter(LOADER(text).get_event, None)
