"""What can be learnt: one module an objective, and their list."""

from __future__ import annotations

from yamlnet.objectives.autoencoder import Autoencoder, DenoisingAutoencoder
from yamlnet.objectives.causal_lm import CausalLM
from yamlnet.objectives.diffusion import Diffusion
from yamlnet.objectives.gan import GAN
from yamlnet.objectives.masked_lm import MaskedLM
from yamlnet.objectives.objective import Objective
from yamlnet.objectives.seq2seq import Seq2Seq
from yamlnet.objectives.supervised import Supervised
from yamlnet.objectives.variational_autoencoder import VariationalAutoencoder

OBJECTIVES: dict[str, type[Objective]] = {
    "Supervised": Supervised,
    "Autoencoder": Autoencoder,
    "DenoisingAutoencoder": DenoisingAutoencoder,
    "VariationalAutoencoder": VariationalAutoencoder,
    "GAN": GAN,
    "CausalLM": CausalLM,
    "MaskedLM": MaskedLM,
    "Seq2Seq": Seq2Seq,
    "Diffusion": Diffusion,
}
