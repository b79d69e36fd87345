"""The computing object: who holds what fraction of whom, once for capital and once for votes."""

from crosshold.network.building import build
from crosshold.network.graph import Graph
from crosshold.network.network import Network

__all__ = ["Graph", "Network", "build"]
