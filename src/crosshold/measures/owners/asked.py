"""A question about owners with everything decided: the reading, the line, its strictness and what is counted."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from crosshold.errors import Finding, RequestError, did_you_mean
from crosshold.measures.owners.named import OwnerTest, Question, owner_test
from crosshold.model.threshold import threshold as exact_threshold
from crosshold.model.verdict import verdict
from crosshold.network import Network

QUESTIONS = {"owners": "who owns a company", "links": "close links", "blocked": "who is blocked with somebody"}
CALLS = {"owners": "owners", "links": "close_links", "blocked": "blocked"}


@dataclass(frozen=True, slots=True)
class Asked:
    """``test`` is ``None`` for a line of the reader's own; then votes and capital both count and there are no other tracks."""

    test: OwnerTest | None
    reading: str
    limit: Fraction
    strict: bool
    counts_votes: bool

    @property
    def tracks(self) -> tuple[str, ...]:
        """Ways to count besides the line."""
        return self.test.tracks if self.test else ()

    @property
    def aggregate(self) -> bool:
        """Whether holdings of unrelated persons on a list add up."""
        return self.test.aggregate if self.test else True

    def verdict(self, share: Fraction | float) -> str:
        """CERTAIN, IMPOSSIBLE, or POSSIBLE for a rounded share too near to the line to decide."""
        return verdict(share, self.limit, self.strict)

    def settings(self, network: Network) -> dict[str, Any]:
        """What a result says about how it was counted."""
        return self.told(network.capital.basis, network.votes.basis)

    def told(self, capital: str, votes: str) -> dict[str, Any]:
        """The same from the names of the two bases."""
        basis = [capital, *([votes] if self.counts_votes else [])]
        return {
            "test": self.test.id if self.test else None,
            "reading": self.reading,
            "basis": " or ".join(dict.fromkeys(basis)),
            "threshold": str(self.limit),
            "strict": self.strict,
            "citation": self.test.citation if self.test else None,
        }

    def basis_findings(self, network: Network) -> list[Finding]:
        """``N_BASIS`` when the network counts something else than the text of the test does."""
        if self.test is None or network.votes is network.capital:
            return []
        counted = [network.capital.basis, *([network.votes.basis] if self.counts_votes else [])]
        if all(basis in self.test.basis for basis in counted):
            return []
        message = f"{self.test.id} counts {self.test.basis}; counted here: {' and '.join(counted)}."
        return [
            Finding(
                "N_BASIS", message, "Build the network on the basis that you mean (--votes gross or exercisable).", self.test.id
            )
        ]


def ask(
    question: Question,
    test: str | None,
    reading: str | None,
    threshold: Fraction | str | None,
    strict: bool | None,
    readings: tuple[str, ...],
    default: str,
) -> Asked:
    """A test by its name, or a line of the reader's own (``reading`` without ``test``); what is given overrides the test.

    Without both the test is ``default``. Errors: E_TEST (unknown, or a test that answers another question), E_READING,
    E_THRESHOLD_TYPE, E_THRESHOLD_RANGE.
    """
    named = owner_test(test or default) if test is not None or reading is None else None
    if named is not None and named.question != question:
        message = f"{named.id} asks {QUESTIONS[named.question]}, not {QUESTIONS[question]}."
        raise RequestError(Finding("E_TEST", message, f"Use {CALLS[named.question]}.", "test"))
    model = named or owner_test(default)
    chosen = reading or model.reading
    if chosen not in readings:
        message = f"{chosen!r} is no reading of indirect stakes here."
        raise RequestError(Finding("E_READING", message, did_you_mean(chosen, readings), "reading"))
    limit = exact_threshold(model.threshold if threshold is None else threshold)
    strictly = model.strict if strict is None else strict
    return Asked(named, chosen, limit, strictly, named.counts_votes if named else question == "owners")
