"""What can be learnt: one module an objective, and their list."""

from __future__ import annotations

from importlib.metadata import EntryPoint

from yamlnet.catalog.plugins import PluginError
from yamlnet.objectives.autoencoder import Autoencoder, DenoisingAutoencoder
from yamlnet.objectives.causal_lm import CausalLM
from yamlnet.objectives.contrastive import Contrastive
from yamlnet.objectives.diffusion import Diffusion
from yamlnet.objectives.distillation import Distillation
from yamlnet.objectives.dqn import DQN
from yamlnet.objectives.gan import GAN
from yamlnet.objectives.masked_lm import MaskedLM
from yamlnet.objectives.objective import Objective
from yamlnet.objectives.policy_gradient import PolicyGradient
from yamlnet.objectives.supervised import Supervised
from yamlnet.objectives.variational_autoencoder import VariationalAutoencoder
from yamlnet.schema.objective_words import known_words

OBJECTIVES: dict[str, type[Objective]] = {
    "Supervised": Supervised,
    "Autoencoder": Autoencoder,
    "DenoisingAutoencoder": DenoisingAutoencoder,
    "VariationalAutoencoder": VariationalAutoencoder,
    "GAN": GAN,
    "CausalLM": CausalLM,
    "MaskedLM": MaskedLM,
    "Diffusion": Diffusion,
    "DQN": DQN,
    "PolicyGradient": PolicyGradient,
    "Contrastive": Contrastive,
    "Distillation": Distillation,
}


def implementation(name: str) -> type[Objective]:
    """The class of an objective: ours, or an installed package's.

    Raises:
        PluginError: the package's class cannot be imported, or is no objective.
    """
    if name in OBJECTIVES:
        return OBJECTIVES[name]
    value = known_words(name).implementation
    try:
        found = EntryPoint(name, value, "yamlnet.objectives").load()
    except Exception as error:  # it is another's code
        told = f'objective "{name}" ({value}) fails: {type(error).__name__}: {error}'
        raise PluginError(told) from error
    if not (isinstance(found, type) and issubclass(found, Objective)):
        raise PluginError(
            f'objective "{name}" ({value}) is no subclass of yamlnet.objectives.objective.Objective'
        )
    return found
