"""Build ResNet-50 once in this process and print the seconds it took after the imports, as JSON.

KERAS_BACKEND=jax python benchmarks/scripts/resnet50_build.py ours|keras

The clock starts when both libraries are imported, and stops when every weight is there, for JAX answers
before it is done. What the imports cost shows in the time of the whole process, which is kept too.
"""

import json
import sys
import time
from pathlib import Path

import keras

import yamlnet.compiler.lower
import yamlnet.pipeline

BLUEPRINT = Path(__file__).resolve().parents[2] / "blueprints" / "vision" / "resnet.yaml:50"
PARAMETERS = 25_636_712


def ours():
    """From the file's text to the model: parse, validate, resolve, check, lower."""
    return yamlnet.pipeline.load(BLUEPRINT).build()


def theirs():
    """What Keras itself offers."""
    return keras.applications.ResNet50(weights=None)


start = time.perf_counter()
model = {"ours": ours, "keras": theirs}[sys.argv[1]]()
for variable in model.variables:
    wait = getattr(variable.value, "block_until_ready", None)
    if wait is not None:
        wait()
seconds = time.perf_counter() - start
assert model.count_params() == PARAMETERS, model.count_params()
print(json.dumps({"seconds": seconds, "backend": keras.backend.backend()}))
