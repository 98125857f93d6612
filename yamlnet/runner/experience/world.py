"""The environment that an objective names: found in Gymnasium's registry, and what is seen and done in it.

A blueprint is untrusted, and Gymnasium imports modules for `module:Id` and opens files for some arguments. So
an environment is one that Gymnasium or an installed plugin has registered under exactly its id, and its
arguments are numbers, words and lists of them.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec import Struct

from yamlnet.catalog.values import problem, shown
from yamlnet.diagnostics.diagnostic import BlueprintError, Diagnostic, KeyPath
from yamlnet.diagnostics.suggest import did_you_mean
from yamlnet.resolver.plan import ObjectivePlan
from yamlnet.runner.experience.actions import Actions, Continuous, Discrete
from yamlnet.schema.experience_words import ENVIRONMENT_ARGUMENT

if TYPE_CHECKING:
    import gymnasium

NAME = "environment"
INSTALL = 'pip install "yamlnet[rl]"'

BRIDGES = ("GymV21Environment-v0", "GymV26Environment-v0")
"""Ids under which Gymnasium makes whatever an older library is told to import."""

REFUSED = (
    "id",
    "max_episode_steps",
    "disable_env_checker",
    "render_mode",
    "xml_file",
    "env_id",
    "make_kwargs",
)
"""Arguments that are Gymnasium's own, or name what would be opened or imported."""

ENDLESS = 10_000
"""Steps after which an episode is cut off where the environment itself never does it."""


class World(Struct, frozen=True):
    """An environment that can be made, seen and acted in.

    Attributes:
        id: as it is registered.
        arguments: what it is made with.
        steps: after which an episode is cut off.
        shape: of one observation.
        dtype: NumPy's, of an observation.
        actions: what can be done.
        states: how many observations there are where they are numbers of states, else 0.
    """

    id: str
    arguments: Mapping[str, Any]
    steps: int
    shape: tuple[int, ...]
    dtype: str
    actions: Actions
    states: int

    def make(self, render: bool = False) -> gymnasium.Env[Any, Any]:
        """A copy of it; one that is to be looked at draws its frames."""
        return _made(self.id, self.arguments, self.steps, render)


def find_world(objective: ObjectivePlan) -> World:
    """The environment of an objective that acts.

    Raises:
        BlueprintError: Gymnasium is missing, or has no such environment, or one whose observations or actions
            no model could read or choose.
    """
    id, arguments, path = _named(objective)
    try:
        import gymnasium
    except ImportError:
        raise _refused(f"environments need Gymnasium: {INSTALL}", path) from None
    known = {name: spec for name, spec in gymnasium.registry.items() if name not in BRIDGES}
    if id not in known:
        mend = did_you_mean(id, known) or "; Gymnasium's own and those of installed plugins are known"
        raise _refused(f'there is no environment "{id}"{mend}', path)
    _check_arguments(id, arguments, path)
    asked = objective.arguments.get("max_episode_steps")
    steps = int(str(asked or known[id].max_episode_steps or ENDLESS))
    try:
        made = _made(id, arguments, steps)
    except Exception as error:  # whatever an environment's code raises of its arguments, or of what it needs
        raise _refused(f'"{id}" cannot be made: {" ".join(str(error).split())[:300]}', path) from error
    try:
        return _world(id, arguments, steps, made, objective.name, path)
    finally:
        made.close()


def _check_arguments(id: str, arguments: Mapping[str, Any], path: KeyPath) -> None:
    for name, value in arguments.items():
        if name in REFUSED:
            mend = "; the objective itself takes it" if name == "max_episode_steps" else ""
            raise _refused(f'an environment is not given "{name}" here{mend}', (*path, id, name), "key")
        if problem(value, ENVIRONMENT_ARGUMENT) is not None:
            message = f'"{name}" of "{id}" is to be a number, true or false, a word, or a list of them'
            raise _refused(f"{message}, got {shown(value)}", (*path, id, name))


def _named(objective: ObjectivePlan) -> tuple[str, Mapping[str, Any], KeyPath]:
    written, path = objective.arguments.get("environment"), (*objective.path, "environment")
    if isinstance(written, str):
        return written, {}, path
    if isinstance(written, Mapping) and len(written) == 1:
        ((id, arguments),) = written.items()
        return str(id), arguments, path
    message = "an environment is its id, or its id with arguments: {FrozenLake-v1: {is_slippery: false}}"
    raise _refused(message, path)


def _made(id: str, arguments: Mapping[str, Any], steps: int, render: bool = False) -> gymnasium.Env[Any, Any]:
    import gymnasium

    shown = {"render_mode": "rgb_array"} if render else {}
    if render:
        os.environ.setdefault("SDL_VIDEODRIVER", "dummy")  # frames are kept, and no window is opened
    return gymnasium.make(id, max_episode_steps=steps, disable_env_checker=True, **shown, **arguments)


def _world(
    id: str,
    arguments: Mapping[str, Any],
    steps: int,
    made: gymnasium.Env[Any, Any],
    objective: str,
    path: KeyPath,
) -> World:
    from gymnasium import spaces

    seen = made.observation_space
    if not isinstance(seen, spaces.Box | spaces.Discrete | spaces.MultiBinary | spaces.MultiDiscrete):
        raise _refused(f'observations of "{id}" are {type(seen).__name__}, and not one tensor', path)
    return World(
        id=id,
        arguments=arguments,
        steps=steps,
        shape=tuple(int(axis) for axis in seen.shape or ()),
        dtype=str(seen.dtype),
        actions=_actions(id, objective, made.action_space, path),
        states=int(seen.n) if isinstance(seen, spaces.Discrete) and seen.start == 0 else 0,
    )


def _actions(id: str, objective: str, space: gymnasium.Space[Any], path: KeyPath) -> Actions:
    from gymnasium import spaces

    if isinstance(space, spaces.Discrete):
        return Discrete(int(space.n), int(space.start))
    if not (isinstance(space, spaces.Box) and np.issubdtype(space.dtype, np.floating)):
        message = f'actions of "{id}" are {space}; an agent takes one of some (Discrete) or says numbers'
        raise _refused(f"{message} (Box)", path)
    if objective == "DQN":
        message = f'actions of "{id}" are numbers ({space}), and DQN takes one of some'
        raise _refused(f"{message}; objective PolicyGradient says numbers", path)
    low, high = (tuple(ends.ravel().tolist()) for ends in (space.low, space.high))
    return Continuous(space.shape, str(space.dtype), low, high)


def _refused(message: str, path: KeyPath, at: Any = "value") -> BlueprintError:
    return BlueprintError([Diagnostic(NAME, message, path, at)])
