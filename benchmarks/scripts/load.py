"""Load one blueprint in this process; print the seconds it took and the layers it has, as JSON.

python benchmarks/scripts/load.py BLUEPRINT
"""

import json
import sys
import time

import yamlnet

yamlnet.load  # noqa: B018 - imports what loading needs before the clock starts
start = time.perf_counter()
loaded = yamlnet.load(sys.argv[1])
seconds = time.perf_counter() - start
print(json.dumps({"seconds": seconds, "layers": len(loaded.plan.models["model"].nodes)}))
