"""What can be learnt: one module an objective, and their list."""

from __future__ import annotations

from yamlnet.objectives.objective import ObjectiveClass
from yamlnet.objectives.supervised import Supervised

OBJECTIVES: dict[str, ObjectiveClass] = {"Supervised": Supervised}
