"""The model: what every feature says for and against two records being one party, as probabilities (Fellegi and Sunter).

A level has ``m``, how often records of one party are like this, and ``u``, how often those of two parties are; its weight is
log2(m / u). The numbers of :data:`FEATURES` are set by hand, for registers that are too small to learn from. How often two records of a
register agree by chance on a country or a legal form can be counted without knowing any answer, and takes the place of ``u``
(:func:`trained`).
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

from crosshold.errors import FileError, Finding
from crosshold.model.legal_forms import kind_of

SEED = 1
LEAST_PRIOR_RECORDS = 10_000
LEAST_COUNTED = 1_000
VERSION = 1


class Level(NamedTuple):
    """One answer of a feature: its name, when it is given (SQL over two rows, None = in all other cases), m and u."""

    name: str
    when: str | None
    m: float
    u: float


class Feature(NamedTuple):
    """A feature: its name for people, when nothing can be said (weight 0), and its levels, the first that fits."""

    title: str
    silent: str
    levels: tuple[Level, ...]


def _same(column: str) -> str:
    return f"l.{column} = r.{column}"


_NEAR = "jaro_winkler_similarity(l.key, r.key) >= "
_NOT_NAMES = "l.script <> r.script OR l.key = '' OR r.key = ''"
_UNKNOWN = "l.{0} IS NULL OR r.{0} IS NULL"
FEATURES: Mapping[str, Feature] = {
    "name": Feature("name", _NOT_NAMES, (
        Level("the same, and rare", "l.key = r.key AND NOT (l.common OR r.common)", 0.60, 6e-7),
        Level("the same words", "l.joined = r.joined AND NOT (l.common OR r.common)", 0.08, 6e-7),
        Level("the same, and common", "l.joined = r.joined", 0.10, 1e-4),
        Level("very near", _NEAR + "0.95", 0.12, 5e-6),
        Level("near", _NEAR + "0.9", 0.05, 4e-5),
        Level("alike", _NEAR + "0.8", 0.02, 2e-3),
        Level("another", None, 0.03, 0.99785),
    )),
    "words": Feature("words", f"l.joined = r.joined OR {_NOT_NAMES}", (
        Level("another number", "l.numbers <> r.numbers", 1e-4, 0.25),
        Level("the same", "l.marks = r.marks", 0.975, 0.25),
        Level("one word more", "list_has_all(l.marks, r.marks) OR list_has_all(r.marks, l.marks)", 0.02, 0.25),
        Level("other words", None, 0.0049, 0.25),
    )),
    "form": Feature("legal form", _UNKNOWN.format("form"), (
        Level("the same", _same("form"), 0.75, 0.25),
        Level("a like one", "l.form_kind = r.form_kind OR 'company' IN (l.form_kind, r.form_kind)", 0.22, 0.35),
        Level("another", None, 0.03, 0.40),
    )),
    "country": Feature("country", _UNKNOWN.format("country"), (
        Level("the same", _same("country"), 0.97, 0.12),
        Level("another", None, 0.03, 0.88),
    )),
    "postcode": Feature("postcode", _UNKNOWN.format("postcode"), (
        Level("the same", _same("postcode"), 0.70, 0.001),
        Level("another", None, 0.30, 0.999),
    )),
    "founded": Feature("founding date", _UNKNOWN.format("founded"), (
        Level("the same day", "l.founded = r.founded AND len(l.founded) = 10", 0.85, 0.0003),
        Level("the same as far as known", "starts_with(l.founded, r.founded) OR starts_with(r.founded, l.founded)", 0.10, 0.02),
        Level("another", None, 0.05, 0.9797),
    )),
    "ids": Feature("identifier", "NOT list_has_any(l.loose, r.loose) AND NOT list_has_any(l.ids, r.ids)", (
        Level("the same checked number", "list_has_any(l.ids, r.ids)", 0.9, 1e-8),
        Level("the same figures", None, 0.1, 1e-5),
    )),
    "stakes": Feature("holdings", "NOT list_has_any(l.stakes, r.stakes)", (
        Level("several stakes of the same size", "len(list_intersect(l.stakes, r.stakes)) > 1", 0.5, 1e-6),
        Level("a stake of the same size", None, 0.5, 1e-3),
    )),
}  # fmt: skip


@dataclass(frozen=True)
class Model:
    """Weights, the probability that two records taken by chance are one party, and where all that comes from.

    ``levels[feature]`` are pairs of m and u in the order of :data:`FEATURES`. ``prior=None``: by the number of records
    (:meth:`prior_of`). ``trained`` says in words what was learnt, and from how many records.
    """

    levels: Mapping[str, tuple[tuple[float, float], ...]] = field(
        default_factory=lambda: {name: tuple((v.m, v.u) for v in feature.levels) for name, feature in FEATURES.items()}
    )
    prior: float | None = None
    seed: int = SEED
    trained: Mapping[str, Any] = field(default_factory=dict)

    def prior_of(self, records: int, other: int | None = None) -> float:
        """An assumption, not an estimate: of two registers half of the smaller one stands in the larger one too; in one register, one
        record in twenty stands twice. Small registers count as ten thousand records, so that near names alone never suffice.
        """
        if self.prior is not None:
            return self.prior
        if other is None:
            return 0.1 / max(records, LEAST_PRIOR_RECORDS)
        return 0.5 / max(records, other, LEAST_PRIOR_RECORDS)

    def learnt(self, feature: str, levels: tuple[tuple[float, float], ...]) -> Model:
        """The same with other numbers for one feature."""
        return replace(self, levels={**self.levels, feature: levels})

    def settings(self, prior: float) -> dict[str, Any]:
        """The model in the words of splink."""
        comparisons = []
        for name, feature in FEATURES.items():
            levels: list[dict[str, Any]] = [
                {"sql_condition": _sql(feature.silent), "label_for_charts": "nothing known", "is_null_level": True}
            ]
            for level, (m, u) in zip(feature.levels, self.levels[name], strict=True):
                levels.append({
                    "sql_condition": "ELSE" if level.when is None else _sql(level.when), "label_for_charts": level.name,
                    "m_probability": m, "u_probability": u, "fix_u_probability": True,
                })  # fmt: skip
            comparisons.append({"output_column_name": name, "comparison_levels": levels})
        return {
            "link_type": "dedupe_only", "unique_id_column_name": "row", "comparisons": comparisons,
            "blocking_rules_to_generate_predictions": [], "probability_two_random_records_match": prior,
            "retain_matching_columns": False, "retain_intermediate_calculation_columns": True,
            "additional_columns_to_retain": ["party"], "linker_uid": "crosshold", "max_iterations": 20,
        }  # fmt: skip

    def text(self) -> str:
        """The model as JSON."""
        features = {
            name: [{"level": level.name, "m": m, "u": u} for level, (m, u) in zip(FEATURES[name].levels, pairs, strict=True)]
            for name, pairs in self.levels.items()
        }
        said = {"version": VERSION, "seed": self.seed, "prior": self.prior, "trained": self.trained, "features": features}
        return json.dumps(said, ensure_ascii=False, indent=1) + "\n"


def trained(model: Model, countries: Counter[str], forms: Counter[str]) -> Model:
    """The same with what a register tells by itself: how often two of its parties agree on a country or a form by chance.

    The counts are those of its parties. Fewer than a thousand tell nothing.
    """
    made = model
    for name, counts in (("country", countries), ("form", forms)):
        total = sum(counts.values())
        if total < LEAST_COUNTED:
            continue
        same = sum((count / total) ** 2 for count in counts.values())
        chances = [same, 1 - same]
        if name == "form":
            kinds: Counter[str] = Counter()
            for form, count in counts.items():
                kinds[kind_of(form) or form] += count
            any_company = kinds.pop("company", 0) / total
            like = sum((count / total) ** 2 for count in kinds.values()) + 1 - (1 - any_company) ** 2
            chances = [same, max(like - same, 0.0), 1 - max(like, same)]
        chances = [min(max(chance, 1e-6), 1 - 1e-6) for chance in chances]
        made = made.learnt(name, tuple((m, u) for (m, _), u in zip(made.levels[name], chances, strict=True)))
        made = replace(made, trained={**made.trained, name: f"u counted over {total:,} parties"})
    return made


def read_model(path: Path) -> Model:
    """A model that was saved. ``FileError`` when it is none, or one of other features."""
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        levels = {name: tuple((_probability(v["m"]), _probability(v["u"])) for v in said["features"][name]) for name in FEATURES}
        names = {name: [v["level"] for v in said["features"][name]] for name in FEATURES}
        if said["version"] != VERSION or names != {name: [v.name for v in f.levels] for name, f in FEATURES.items()}:
            raise ValueError("it has other features than this version compares")
        prior = None if said["prior"] is None else _probability(said["prior"])
        return Model(levels, prior, int(said["seed"]), dict(said["trained"]))
    except OSError as error:
        raise FileError(
            Finding("C_FILE", f"it cannot be read ({error.strerror}).", "Name the file of a model.", str(path))
        ) from None
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        why = str(error) if type(error) is ValueError else "it is no model as link writes it"
        raise FileError(Finding("C_MODEL", f"{why}.", "Run link without --model, which writes one.", str(path))) from None


def _probability(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < 1:
        raise ValueError(f"{value!r} is no probability between 0 and 1")
    return float(value)


def _sql(condition: str) -> str:
    """Splink's names of two rows."""
    return re.sub(r"\b([lr])\.(\w+)", r'"\2_\1"', condition)
