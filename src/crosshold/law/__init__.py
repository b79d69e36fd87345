"""The law and the contracts applied to a Snapshot: which votes exist, which may be used, how near every line is.

Rules are rows of ``rules/*.yaml``: dated, cited, each with its confidence. The code knows a few kinds of rule and a closed
vocabulary, never a single statute.
"""

from __future__ import annotations

DISCLAIMER = "Rules are research data with a date and a confidence; they do not replace the statute or counsel."
"""Shown once wherever a rule is named."""
