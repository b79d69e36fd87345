"""The rows themselves, one YAML file per jurisdiction, and the names to read them with."""

from crosshold.law.book import RuleBook, load
from crosshold.law.rule import Rule

__all__ = ["Rule", "RuleBook", "load"]
