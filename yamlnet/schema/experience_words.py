"""The words of objectives that learn from an environment: where an agent acts, and what it learns from."""

from __future__ import annotations

from yamlnet.catalog import types as t
from yamlnet.catalog.entry import Argument

ENVIRONMENT_ID = r"[A-Za-z][\w.-]*(/[A-Za-z][\w.-]*)?"
"""`CartPole-v1`, `ALE/Pong-v5`. No `module:Id`: Gymnasium would import the module."""

_COUNT = t.Integer(min=1)
_SHARE = t.Number(min=0, max=1)
_ENVIRONMENT = t.AnyOf(
    (
        t.Text(ENVIRONMENT_ID, "the id of an environment, without a module (CartPole-v1)"),
        t.MappingOf(
            t.MappingOf(t.Plain()), "that id with its arguments ({FrozenLake-v1: {is_slippery: false}})"
        ),
    )
)
_SCALAR = t.AnyOf((t.Number(), t.Boolean(), t.Text(r"[\w-]+", "a word")))
ENVIRONMENT_ARGUMENT = t.AnyOf((_SCALAR, t.ListOf(_SCALAR)))
"""What an environment may be given: never a path."""

_WHERE = (
    Argument(
        "environment",
        _ENVIRONMENT,
        required=True,
        help="a Gymnasium environment: CartPole-v1, or with arguments {FrozenLake-v1: {is_slippery: false}}",
    ),
    Argument(
        "environments", t.Integer(min=1, max=1024), default=8, help="copies of it that are acted in at once"
    ),
    Argument("max_episode_steps", _COUNT, help="steps after which an episode is cut off"),
    Argument("gamma", _SHARE, default=0.99, help="what a reward is worth one step later"),
)
_TOLD = (
    Argument("steps_per_epoch", _COUNT, default=1000, help="training steps in an epoch of the history"),
    Argument(
        "validation_episodes",
        t.Integer(min=0),
        default=0,
        help="episodes without chance after each epoch, as val_return",
    ),
    Argument("test_episodes", _COUNT, default=20, help="such episodes once training has ended"),
    Argument("goal", t.Number(), help="the val_return (or return) at which training ends"),
)

DQN_ARGUMENTS = (
    *_WHERE,
    Argument("replay", _COUNT, default=50_000, help="steps that are remembered"),
    Argument("warm_up", _COUNT, default=1000, help="steps that are taken before the first is learnt from"),
    Argument("batch_size", _COUNT, default=64, help="remembered steps in a training step"),
    Argument("train_every", _COUNT, default=4, help="steps in the environments for each training step"),
    Argument(
        "epsilon",
        t.ListOf(_SHARE, 2, 2),
        default=[1.0, 0.05],
        help="the share of actions left to chance, at first and in the end",
    ),
    Argument("epsilon_steps", _COUNT, default=10_000, help="steps in the environments until the end of that"),
    Argument(
        "double", t.Boolean(), default=True, help="the network chooses the next action, its target values it"
    ),
    Argument(
        "n_step", t.Integer(min=1, max=100), default=1, help="rewards that are added before a value is asked"
    ),
    Argument(
        "target_update", _COUNT, default=500, help="training steps between updates of the target network"
    ),
    Argument(
        "tau", t.Number(above=0, max=1), default=1.0, help="how far it goes towards the network each time"
    ),
    *_TOLD,
)

POLICY_ARGUMENTS = (
    Argument(
        "algorithm",
        t.Choice(("ppo", "reinforce")),
        default="ppo",
        help="clipped steps on rollouts, or one step on whole episodes",
    ),
    *_WHERE,
    Argument(
        "rollout", _COUNT, default=128, help="ppo: steps in each environment before they are learnt from"
    ),
    Argument("passes", _COUNT, default=4, help="ppo: times that a rollout is learnt from"),
    Argument("minibatches", _COUNT, default=4, help="ppo: training steps in a pass"),
    Argument("gae_lambda", _SHARE, default=0.95, help="ppo: how far advantages look beyond the next value"),
    Argument("clip", t.Number(above=0, below=1), default=0.2, help="ppo: how far a probability may move"),
    Argument("entropy_weight", t.Number(min=0), default=0.0, help="the weight of the policy's entropy"),
    Argument("value_weight", t.Number(min=0), default=0.5, help="the weight of the value's squared error"),
    Argument(
        "normalize_advantages", t.Boolean(), default=True, help="whether they get mean 0 and deviation 1"
    ),
    *_TOLD,
)

PPO_ALONE = ("rollout", "passes", "minibatches", "gae_lambda", "clip")
"""What REINFORCE, which learns from whole episodes, has no use for."""

PPO_TAKES = tuple(argument.name for argument in POLICY_ARGUMENTS)
REINFORCE_TAKES = tuple(name for name in PPO_TAKES if name not in PPO_ALONE)
