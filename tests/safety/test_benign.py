"""What is well meant is built without the network and without another process, too."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.backend

GOLDEN = Path(__file__).parents[1] / "blueprints" / "ok"

SCRIPT = """
import json, sys
from pathlib import Path
import yamlnet
from yamlnet.diagnostics.diagnostic import YamlnetError

found, on, built = [], False, 0
FORBIDDEN = ("socket.connect", "socket.getaddrinfo", "socket.bind", "subprocess.", "os.system", "os.exec",
             "os.posix_spawn", "os.fork", "urllib.", "pickle.find_class", "os.remove", "os.rename")

def hook(event, arguments):
    if on and event.startswith(FORBIDDEN):
        found.append(f"{event} {arguments!r:.200}")

first, *paths = sorted(Path(sys.argv[1]).glob("*.yaml"))
paths = [path for path in paths if path.stem != "many_parameters"]   # four gigabytes, drawn as others are
yamlnet.load(first).build()      # imports the backend, which asks the machine about itself
sys.addaudithook(hook)
on = True
for path in paths:
    try:
        loaded = yamlnet.load(path)
        if "model" in loaded.plan.models and not loaded.plan.unknown:
            loaded.build()
            built += 1
    except YamlnetError as error:
        found += [f"{path.name}: {error}"] if "Keras" not in str(error) else []
on = False
print(json.dumps({"found": found, "built": built}))
"""


def test_building_reaches_no_network_and_starts_no_process() -> None:
    command = [sys.executable, "-c", SCRIPT, str(GOLDEN)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["found"] == []
    assert told["built"] >= 15
