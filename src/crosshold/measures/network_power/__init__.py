"""Power through networks: published answers, each with its own model. None of them is control, which is certain or not."""

from crosshold.measures.network_power.crama_leruth import CramaLeruth, crama_leruth
from crosshold.measures.network_power.karos_peters import KarosPeters, karos_peters
from crosshold.measures.network_power.npf import NetworkFlow, npf
from crosshold.measures.network_power.npi import NetworkPower, npi

__all__ = ["CramaLeruth", "KarosPeters", "NetworkFlow", "NetworkPower", "crama_leruth", "karos_peters", "npf", "npi"]
