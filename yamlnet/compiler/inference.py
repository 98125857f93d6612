"""A plan's verdict: from the cache where the plan is as it was, else inferred with Keras and kept.

Importing this module imports neither Keras nor a backend; a verdict from the cache needs neither.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from yamlnet.compiler.backend import inferring_backend, select_backend
from yamlnet.resolver.plan import Plan
from yamlnet.verdicts.fingerprint import plan_key
from yamlnet.verdicts.store import keep, recall
from yamlnet.verdicts.verdict import Verdict, as_data, from_data

Announce = Callable[[str], AbstractContextManager[object]]
"""Says on a terminal what takes a moment, for as long as it does."""


def plan_verdict(plan: Plan, asked: str | None = None, announce: Announce = nullcontext) -> Verdict:
    """What inferring every shape of a plan says.

    Args:
        plan: what of it waits for the data is left out.
        asked: a backend; None leaves it to the plan. Where that one is missing another infers, since shapes
            are the same on all.
        announce: called only when Keras has to be imported.

    Raises:
        BackendError: no backend is installed.
    """
    backend = inferring_backend(asked, plan.backend)
    key = plan_key(plan, backend)
    verdict = recall(key, from_data)
    if verdict is None:
        with announce(f"checking shapes: Keras on {backend} is being imported"):
            select_backend(backend)
            from yamlnet.compiler.lower import infer

            verdict = infer(plan)
        keep(key, as_data(verdict))
    return verdict
