"""Validate and build one chain of Dense layers in this process; print both times in seconds, as JSON.

KERAS_BACKEND=jax python benchmarks/scripts/chain.py BLUEPRINT

Keras is imported before the clock starts.
"""

import json
import sys
import time

import keras

import yamlnet

start = time.perf_counter()
loaded = yamlnet.load(sys.argv[1])
validated = time.perf_counter()
model = loaded.build()
built = time.perf_counter()
assert len(model.layers) > 1000
print(json.dumps({"validate": validated - start, "build": built - validated, "keras": keras.__version__}))
