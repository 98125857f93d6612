"""The files that a blueprint names: each read once, as the lock has it, and remembered."""

from __future__ import annotations

from msgspec import Struct, field

from yamlnet.assembly.addresses import Address
from yamlnet.assembly.assembled import Pin
from yamlnet.assembly.lock import Lock
from yamlnet.assembly.origins import ORIGINS
from yamlnet.assembly.origins.origin import Fetched, Unreachable
from yamlnet.cache import recall, remember, sha256
from yamlnet.protocols import OFFLINE, may_be_fetched
from yamlnet.syntax.parse import parse, text_of
from yamlnet.syntax.tree import Tree


class Files(Struct):
    """What was read so far.

    Attributes:
        lock: what the files should hold.
        texts: their texts by source, for showing lines; those that do not parse included.
        pins: what they do hold, as a lock names them.
        drifted: how each file that is not as pinned differs, by source.
    """

    lock: Lock
    texts: dict[str, str] = field(default_factory=dict)
    pins: dict[str, Pin] = field(default_factory=dict)
    drifted: dict[str, str] = field(default_factory=dict)
    _trees: dict[str, Tree] = field(default_factory=dict)

    def tree(self, address: Address) -> Tree:
        """The parsed file at an address.

        Raises:
            Unreachable: it cannot be had.
            BlueprintError: it is no YAML as blueprints are written in.
        """
        source = address.source
        if source not in self._trees:
            fetched = self._fetched(address)
            self._compare(address, fetched)
            self.texts[source] = ""
            self.texts[source] = text_of(fetched.data, source)
            self._trees[source] = parse(self.texts[source], source)
        return self._trees[source]

    def _fetched(self, address: Address) -> Fetched:
        pin = self.lock.pin(address)
        kept = recall(pin.sha256) if pin is not None and address.scheme != "path" else None
        if pin is not None and kept is not None:
            return Fetched(kept, pin.commit)
        if address.scheme in ("git", "url") and not may_be_fetched(address.source):
            raise Unreachable(f'"{address.source}" is not fetched: {OFFLINE} is set')
        fetched = ORIGINS[address.scheme](address, pin.commit if pin is not None else "")
        if address.scheme in ("git", "url"):
            remember(fetched.data)
        return fetched

    def _compare(self, address: Address, fetched: Fetched) -> None:
        name, found = self.lock.name(address), Pin(sha256(fetched.data), fetched.revision)
        self.pins[name] = found
        pin = self.lock.pin(address)
        if pin is not None and pin.sha256 != found.sha256:
            self.drifted[address.source] = (
                f"{self.lock.path} pins {pin.sha256[:12]}…, it is {found.sha256[:12]}…"
            )
        elif pin is None and self.lock.mode == "refuse":
            self.drifted[address.source] = f"{self.lock.path} does not pin it"
