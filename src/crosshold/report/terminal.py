"""The story on a terminal: under 80 lines, aligned also with full-width characters, no colour needed."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from crosshold.report.figures import fixed, money, percent
from crosshold.report.holders import HolderRow
from crosshold.report.story import DISCLAIMER, Story, Variant
from crosshold.report.tables import fit, paragraph, table
from crosshold.report.wording import ratio, stake_in_words, votes_in_words

WIDTH = 100


def render(story: Story, width: int = WIDTH) -> str:
    """The whole story as text of at most ``width`` cells a line."""
    known = f", as known by {story.known_by}" if story.known_by else ""
    blocks = [
        paragraph(f"{story.title}. State of {story.at}{known}.", width),
        [row for n, (head, line) in enumerate(story.answer, 1) for row in _numbered(n, f"{head} {line}", width)],
        _claims(story, width),
        _holders(story, width),
        _variants(story, width),
        _way(story, width),
        _caveats(story, width),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _numbered(number: int, text: str, width: int) -> list[str]:
    rows = paragraph(text, width - 3)
    return [f"{f'{number}.' if n == 0 else '':<3}{row}" for n, row in enumerate(rows)]


def _bullet(text: str, width: int) -> list[str]:
    return [("- " if n == 0 else "  ") + row for n, row in enumerate(paragraph(text, width - 2))]


def _claims(story: Story, width: int) -> list[str]:
    """What is said about the plan, by speaker; the page has every statement."""
    said: dict[tuple[str, str, str], list[str]] = {}
    for claim in story.claims[: story.about_plan]:
        said.setdefault((claim.status, claim.speaker, claim.stance), []).append(claim.said)
    rows = []
    for (status, speaker, stance), parts in said.items():
        rows += _bullet(f"{status}: {'; '.join(parts)} [{speaker} {stance}]", width)
    return ["WHAT IS CLAIMED", *rows] if rows else []


def _holders(story: Story, width: int) -> list[str]:
    rows = []
    for issuer, holders in story.holders.items():
        if len(holders) < 2 and not any(row.suspended_by for row in holders):
            continue
        rows += [_holder(story, row, issuer) for row in holders]
    heads = {
        "holder": "holder", "issuer": "in", "issued": "issued", "gross": "gross votes", "votes": "usable", "cast": "free", "why": "why",
    }  # fmt: skip
    text = table(rows, heads, shares=("issued", "gross", "votes", "cast"), width=width, keep=("holder", "issuer", "why"))
    basis = "percent of shares issued, of gross votes, of votes that can be exercised (usable; free after contracts)"
    return [*paragraph(f"WHO HOLDS AND WHO VOTES: {basis}", width), *text.splitlines()]


def _holder(story: Story, row: HolderRow, issuer: str) -> Mapping[str, object]:
    why = ", ".join((*row.suspended_by, *row.capped_by))
    if row.low != row.high:
        low, high = (percent(bound, 1) for bound in row.bounds)
        why = f"{low.removesuffix(' %')}-{high}"
    return {
        "holder": "own shares" if row.own else story.name(row.holder), "issuer": story.name(issuer), "issued": row.share,
        "gross": row.gross_share, "votes": row.votes_share, "cast": row.free_share, "why": why or ("no votes" if row.own else ""),
    }  # fmt: skip


def _way(story: Story, width: int) -> list[str]:
    """What the law does on the way of the first plan; the others differ in the numbers."""
    rows = [fit(line, width).rstrip() for variant in story.variants[:1] for line in variant.events[:3]]
    return [f"ON THE WAY TO {story.variants[0].name}, BY RULE", *rows] if rows else []


def _variants(story: Story, width: int) -> list[str]:
    if not story.variants:
        return []
    columns = (story.today, *story.variants)
    rows: list[dict[str, str]] = []

    def add(title: str, cells: Mapping[str, str]) -> None:
        rows.append({"what": title, **{v.id: cells.get(v.id, "") for v in columns}})

    for holder, issuer in story.partners:
        name = f"{story.name(holder)} in {story.name(issuer)}"
        row = {v.id: v.stakes.get((holder, issuer)) for v in columns}
        add(f"{name}, of issued", {key: stake_in_words(value) for key, value in row.items()})
        add("  its part of exercisable votes", {key: votes_in_words(value) for key, value in row.items()})
    add("who can vote", {v.id: v.voters for v in columns})
    add(
        "balance on votes (1 = equal)",
        {v.id: ratio(v.balance.get("exercisable_votes")).replace("no mutual power", "none") for v in columns},
    )
    for n, purchase in enumerate(story.today.purchases):
        add(f"independence of {story.name(purchase.issuer)}", {v.id: ratio(v.purchases[n].independence) for v in columns})
    currency = story.currency
    add(f"sales net of the discount, {currency}", {v.id: _short(v.net, currency) for v in story.variants})
    add(f"the joint fund gets, {currency}", {v.id: _short(v.fund or Decimal(0), currency) for v in story.variants})
    if any(v.losses for v in story.variants):
        add(f"book loss ({_accounts(story)})", {v.id: _short(_loss(v), currency) for v in story.variants})
    for n, purchase in enumerate(story.today.purchases):
        cells = {v.id: _price(v, n) for v in columns}
        add(f"{story.name(purchase.issuer)} to 30 % / majority, {currency} bn", cells)
        add("  dispersed holders then have", {v.id: percent(v.purchases[n].dispersed, 1) for v in columns})
    heads = {"what": "IF THE REPORT IS RIGHT", **{v.id: v.name for v in columns}}
    return table(rows, heads, width=width, keep=tuple(heads)).splitlines()


def _short(amount: Decimal, currency: str) -> str:
    return money(amount, currency).removeprefix(f"{currency} ")


def _accounts(story: Story) -> str:
    loss = next(loss for v in story.variants for loss in v.losses)
    return f"accounts of {loss.as_of}"


def _loss(variant: Variant) -> Decimal:
    return sum((loss.loss for loss in variant.losses), start=Decimal(0))


def _price(variant: Variant, n: int) -> str:
    bought = variant.purchases[n]
    if bought.to_line is None or bought.to_majority is None:
        return "unknown"
    return " / ".join(fixed(Fraction(cost) / 10**9, 1) for cost in (bought.to_line, bought.to_majority))


def _caveats(story: Story, width: int) -> list[str]:
    rows = [line for caveat in story.caveats for line in _bullet(caveat, width)]
    return [*rows, *paragraph(DISCLAIMER, width)]
