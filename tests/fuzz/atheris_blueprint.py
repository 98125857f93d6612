"""Coverage-guided fuzzing of `load` with Atheris: `python tests/fuzz/atheris_blueprint.py FOLDER -runs=9999`.

FOLDER is where the corpus grows; it is begun with the golden files and the gallery. Everything behind it goes
to libFuzzer, whose options are told by `-help=1`. Needs `pip install atheris` (Linux and macOS).
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).parent))
with atheris.instrument_imports(include=["yamlnet"]):
    from examine import close_the_door, examine
    from mutations import TOKENS, seeds

LONGEST = 4096
"""Longer inputs find nothing that these do not, and find it more slowly."""


def begin_corpus(folder: Path) -> None:
    """Put the seeds into a folder, each under the name of its content as libFuzzer does."""
    folder.mkdir(parents=True, exist_ok=True)
    for data in seeds():
        if len(data) <= LONGEST:
            (folder / hashlib.sha1(data, usedforsecurity=False).hexdigest()).write_bytes(data)


def write_dictionary(path: Path) -> None:
    """Write YAML's tokens in libFuzzer's form: https://llvm.org/docs/LibFuzzer.html#dictionaries."""
    tokens = sorted({token.encode("utf-8", "surrogatepass") for token in TOKENS})
    escaped = ("".join(f"\\x{byte:02X}" for byte in token) for token in tokens)
    path.write_text("".join(f'"{token}"\n' for token in escaped if len(token) < 256))


def main() -> None:
    """Fuzz until libFuzzer's options say that it is enough, or something fails."""
    corpus, *options = sys.argv[1:]
    begin_corpus(Path(corpus))
    close_the_door()
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        dictionary = Path(folder) / "yaml.dict"
        write_dictionary(dictionary)
        arguments = [
            sys.argv[0],
            f"-dict={dictionary}",
            f"-max_len={LONGEST}",
            "-timeout=90",
            *options,
            corpus,
        ]
        atheris.Setup(arguments, lambda data: void(examine(data, Path(folder))))
        atheris.Fuzz()


def void(verdict: object) -> None:
    """Atheris wants nothing back."""


if __name__ == "__main__":
    main()
