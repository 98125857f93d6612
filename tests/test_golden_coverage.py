"""Every message of the rooms that read a blueprint is shown by a golden file, or listed here with a reason.

`message_sites.py` says what a message site is and how it is watched. What only building and training tell
is proved in `test_golden_stages.py`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from yamlnet.schema import data_words, experience_words

SCRIPT = Path(__file__).parent / "message_sites.py"
ROOMS = ("diagnostics/ignores.py", "syntax/", "assembly/", "schema/", "resolver/", "checks/")

PARSER = "what libyaml says: it is compared, never shown"
COMMAND_LINE = "told about the file's name, which stands in no file: tests/cli"
ELSEWHERE = "told in the words of git or of the network: tests/assembly"
PLUGIN = "needs a plugin, whose layers Keras reads: test_golden_stages.py"
OBJECTIVE_PLUGIN = "needs an installed package: tests/objectives/test_plugins.py"
WRITTEN = "what the lock file holds: the golden scenes have such files"
EDITORS = "help of an argument that may be left out: for editors"
NO_FILE = "told where no file could be read: tests/syntax/test_parse.py"
EDITORS = "help of an argument that may be left out: for editors"
TOKENS = "takes a large file, or none: tests/resolver/test_token_files.py"


def _optional() -> list[str]:
    """The help of arguments that may be left out, of sources and of words."""
    sources = [one for arguments in data_words.SOURCES.values() for one in arguments]
    words = [
        one for word in (*data_words.TRANSFORMS, *data_words.WINDOWS) for one in data_words.fields_of(word)
    ]
    needed = {one.help for one in (*sources, *words) if one.required}
    also_said = {"one SELECT"}  # in what is told of other statements
    return sorted({one.help for one in (*sources, *words)} - needed - also_said)


OBJECTIVES = (
    "A code is", "A generator makes", "At each place", "Outputs are", "The model gives", "The model reads",
    "steps in which", "steps of the discriminator", "the model that makes a code of a row",
    "the token that stands for nothing", "the weight of", "wasserstein-gp:", "what the two",
    "The model tells", "fresh noise", "how many of them", "how the noise", "steps from a row",
    "A policy learns", "the model that says what to do", "the model that tells the return",
    "the input that holds", "the share of tokens", "tokens from 0 on", "the name of an input",
    "Vectors of what", "A student learns", "nt-xent: the model", "triplet: ", "two-tower: whether",
    "what cosines", "what softens",
    "the input that holds", "the share of tokens", "the share of a token's place",
    "tokens from 0 on", "the input that is read whole", "the name of an input",
)  # fmt: skip
SHAPES = (
    "the decoder", "the discriminator reads", "the mean and", "the noise on", "the projection reads",
    "their directions", "they tell the same",
)  # fmt: skip
"""The help of objectives and of their optional arguments, and why two shapes are one."""
TRANSFER = (
    "a run folder, a", "a network of keras.applications", "a backbone of KerasHub",
    "which of the run's models", "layers that keep", "what layers are called there", "of the application",
    "whether the application", "the epochs after which", "what the change is scaled",
    "layers that are learnt whole", "the layers whose kernels",
)  # fmt: skip
"""The help of what may be left out of `initialize`, `freeze` and `lora`."""

DISTRIBUTIONS = ("how many devices", "the axis that divides the batch", "what the axes", "which devices")
"""The help of what distributions take, where it may be left out or stands in what is required."""

AGENTS = sorted(
    {
        one.help
        for one in (*experience_words.DQN_ARGUMENTS, *experience_words.POLICY_ARGUMENTS)
        if not one.required
    }
)
EXCEPTED = {
    "resolver/token_files.py TokenFiles.tokens: a blueprint that is no file": TOKENS,
    'resolver/token_files.py _text: "{}" is larger': TOKENS,
    'resolver/token_files.py _text: "{}" cannot be read': NO_FILE,
    'resolver/token_files.py _tokens: "{}" has {} tokens': TOKENS,
    "assembly/files.py Files._fetched: ": "told where YAMLNET_OFFLINE is set: tests/assembly",
    "syntax/bracket_mistakes.py : ": PARSER,
    "syntax/line_mistakes.py : ": PARSER,
    "syntax/shifted_line.py : ": PARSER,
    "syntax/text_mistakes.py : ": PARSER,
    'syntax/parse.py read_bytes: "{}" cannot be read': NO_FILE,
    'syntax/parse.py read_bytes: "{}" may not be read': NO_FILE,
    'syntax/parse.py read_bytes: "{}" is a link': NO_FILE,
    'syntax/parse.py read_bytes: "{}" is a pipe': NO_FILE,
    "syntax/parse.py _too_large: ": "takes a file of a mebibyte: tests/syntax/test_parse.py",
    "syntax/characters.py _why: half a character": "no UTF-8 holds a surrogate; texts that are no files do",
    "assembly/assemble.py assemble_file: ": COMMAND_LINE,
    "assembly/assemble.py _Assembler._is_too_much: ": "takes dozens of files: tests/assembly",
    "assembly/lock.py : ": WRITTEN,
    "assembly/lock.py _written: ": WRITTEN,
    "assembly/lock.py write_lock: ": WRITTEN,
    "assembly/origins/git.py _run: ": ELSEWHERE,
    "assembly/origins/remote.py _unreadable: ": ELSEWHERE,
    "assembly/origins/remote.py fetch: {} cannot be opened": "needs a machine without s3fs",
    "assembly/origins/remote.py fetch: URLs need": "needs a machine without fsspec",
    "assembly/origins/remote.py fetch: [Unreachable] message": "needs a machine without fsspec",
    "schema/objective_plugins.py ": OBJECTIVE_PLUGIN,
    "schema/objective_forms.py _refuse_of_plugin: ; it has": OBJECTIVE_PLUGIN,
    "schema/objective_forms.py _refuse_of_plugin: the plugin": OBJECTIVE_PLUGIN,
    "schema/objective_forms.py _refuse_of_plugin: ['plugin']": OBJECTIVE_PLUGIN,
    "schema/objective_forms.py _refuse_of_plugin: ['unknown-objective']": OBJECTIVE_PLUGIN,
    "schema/dotted.py _of_plugin: ; it has": PLUGIN,
    "schema/dotted.py _of_plugin: the plugin": PLUGIN,
    **{f"schema/data_words.py : {help}": EDITORS for help in _optional()},
    **{f"schema/distribution_words.py : {help}": EDITORS for help in DISTRIBUTIONS},
    **{f"schema/objective_words.py : {help}": EDITORS for help in OBJECTIVES},
    **{f"schema/experience_words.py : {help}": EDITORS for help in AGENTS},
    **{f"schema/transfer_words.py : {help}": EDITORS for help in TRANSFER},
    **{f"schema/objective_words.py : {why}": "told with shapes: test_golden_stages.py" for why in SHAPES},
    "resolver/expression_functions.py _parsed: {}() reads": "takes a parameter of 10,001 characters",
    "resolver/evaluate.py _Walk._fact: ": "needs the data: test_golden_stages.py",
    "resolver/given.py at_giver: ": "needs the data: tests/assembly/test_settings.py",
}
"""Sites by how they begin (file, function, text), each with the reason why no golden file shows it."""


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    ran = subprocess.run(
        [sys.executable, str(SCRIPT), "err", "err-syntax", "err-scenes", "warn"],
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(json.loads(ran.stdout))


def test_every_message_is_shown_or_excepted(found: dict[str, Any]) -> None:
    unshown = [site for site, files in found["sites"].items() if site.startswith(ROOMS) and not files]
    assert [site for site in unshown if not site.startswith(tuple(EXCEPTED))] == []


def test_no_exception_is_out_of_date(found: dict[str, Any]) -> None:
    for beginning in EXCEPTED:
        sites = {site: files for site, files in found["sites"].items() if site.startswith(beginning)}
        assert sites, f"no site begins with {beginning!r}"
        parser = EXCEPTED[beginning] == PARSER  # its words may occur in ours
        assert parser or not any(sites.values()), f"a golden file shows {beginning!r}"


def test_the_rooms_have_the_messages_that_are_known(found: dict[str, Any]) -> None:
    """The watching itself works: messages of each kind are among the sites."""
    sites = set(found["sites"])
    assert {
        'schema/wiring.py _layer_name: "{}" cannot name a Keras layer; {}',
        "syntax/compose.py Composer._node: ['too-deep'] TOO_DEEP",
        "syntax/strictness.py : put the value in quotes instead",
        "resolver/expression_operators.py _arithmetic.apply: this divides by zero",
    } <= sites
    assert len(sites) > 300


def test_a_golden_file_that_is_removed_is_missed(found: dict[str, Any]) -> None:
    alone = Counter(files[0] for files in found["sites"].values() if len(files) == 1)
    missed = [name for name, text in found["texts"].items() if text and not alone[name]]
    assert len(missed) < len(found["texts"]) / 2
    assert {"err/callback_paths.yaml", "err/wiring.yaml", "err/no_loss.yaml", "err-syntax/tabs.yaml"} <= set(
        alone
    )
