"""Bundled stories, each a folder a user could have written (``case.yaml`` and its plans), and registers made up to any size."""

from crosshold.cases.synthetic import synthetic_register
from crosshold.cases.synthetic_data import SyntheticRegister

__all__ = ["SyntheticRegister", "synthetic_register"]
