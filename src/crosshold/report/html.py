"""The story as one HTML file that a board member reads: no script, nothing fetched, escaped throughout."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from crosshold.errors import Finding
from crosshold.report.balance_map import words as voters_in_words
from crosshold.report.balance_svg import balance_svg
from crosshold.report.figures import count, money, percent, points, sign
from crosshold.report.holders import HolderRow
from crosshold.report.markup import Markup, chart, document, grid, items, link, section, tag, words
from crosshold.report.scene import Scene
from crosshold.report.story import DISCLAIMER, Story, Variant
from crosshold.report.svg import svg
from crosshold.report.wording import ratio, stake_in_words, votes_in_words

SECTIONS = {
    "claims": "What is claimed, and by whom", "charts": "Before and after", "votes": "Who holds, votes and controls",
    "near": "How far the next legal lines are", "variants": "The plan in variants", "map": "The balance map",
    "method": "Method", "sources": "Sources", "findings": "Findings and settings",
}  # fmt: skip


def page(story: Story) -> str:
    """The whole page."""
    known = f", as known by {story.known_by}" if story.known_by else ""
    head = tag(
        "header",
        tag("p", f"crosshold report · case {story.case} · state of {story.at}{known}", class_="kicker"),
        tag("h1", story.title),
        tag("p", story.question, class_="deck"),
        items("ol", (Markup(f"{tag('strong', head)} {words(line)}") for head, line in story.answer), class_="answer"),
    )
    parts = [
        ("claims", _claims(story)), ("charts", _charts(story)), ("votes", _votes(story)), ("near", _near(story)),
        ("variants", _variants(story)), ("map", _map(story)), ("method", _method(story)), ("sources", _sources(story)),
        ("findings", _findings(story)),
    ]  # fmt: skip
    present = [(key, inside) for key, inside in parts if inside]
    places = items("ul", (tag("a", SECTIONS[key], href=f"#{key}") for key, _ in present))
    return document(
        f"{story.title} · crosshold",
        tag("a", "Skip to the answer", href="#top", class_="skip"),
        tag("main", head, tag("nav", places, aria_label="Sections"), *(section(k, SECTIONS[k], p) for k, p in present),
            tag("footer", tag("p", DISCLAIMER), tag("p", "Information, not advice.")), id="top", class_="page"),
    )  # fmt: skip


def _claims(story: Story) -> Markup:
    if not story.claims:
        return Markup("")
    rows = [
        (
            claim.said,
            tag("span", claim.status, class_=f"word {claim.status}"),
            claim.stance,
            claim.speaker,
            claim.source,
            claim.day,
        )
        for claim in story.claims
    ]
    heads = [("Claim", False), ("Status", False), ("Stance", False), ("Speaker", False), ("Source", False), ("Date", False)]
    return grid("Every statement of the report, contradictory ones side by side", heads, rows)


def figure(scene: Scene) -> Markup:
    """A chart with its title, in a scroll box, and under it how to read it."""
    return tag(
        "figure", tag("h3", scene.title), chart(svg(scene, legend=False), scene.title), tag("figcaption", " ".join(scene.reading))
    )


def _charts(story: Story) -> Markup:
    pictures = [figure(story.before), *([figure(story.after)] if story.after else [])]
    return Markup("".join(pictures))


def _why(story: Story, row: HolderRow) -> Markup:
    parts: list[str] = []
    if row.own:
        parts.append("own shares have no votes")
    if row.suspended_by:
        taken = "no votes" if row.status == "no_votes" else "some votes taken"
        parts.append(f"{taken}: {', '.join(row.suspended_by)}")
    if row.capped_by:
        parts.append(f"capped by contract {', '.join(row.capped_by)}")
    if row.gross > row.shares and row.shares:
        parts.append(f"{count(row.gross)} votes attached to {count(row.shares)} shares")
    if row.low != row.high:
        low, high = row.bounds
        parts.append(f"known only as {percent(low, 1)} to {percent(high, 1)} of issued")
    return tag("span", "; ".join(parts), class_="lost" if row.status in ("no_votes", "some_votes") else "why")


def _votes(story: Story) -> Markup:
    heads = [("Holder", False), ("Shares", True), ("% of issued", True), ("% of gross votes", True)]
    heads += [("% of votes that can be exercised", True), ("% free, after contracts", True), ("Why", False)]
    rows: list[Sequence[object] | str] = []
    for issuer, holders in story.holders.items():
        known = bool(holders) and not holders[0].notional
        rows.append(
            f"in {story.name(issuer)}: {f'{count(holders[0].issued)} shares issued' if known else 'share count not known'}"
        )
        for row in holders:
            name = "own shares" if row.own else story.name(row.holder)
            shares = [percent(s) for s in (row.share, row.gross_share, row.votes_share, row.free_share)]
            rows.append((name, "not known" if row.notional else count(row.shares), *shares, _why(story, row)))
    parts = [grid("Each percentage on its own base, named in the head of its column", heads, rows)]
    parts.append(items("ul", story.controls, class_="key"))
    if story.reasons:
        parts += [tag("h3", "Why votes are nil, and what the law says"), items("ul", story.reasons, class_="key")]
    if story.caveats:
        parts.append(tag("div", items("ul", story.caveats), class_="note"))
    return Markup("".join(parts))


def _near(story: Story) -> Markup:
    rows = [
        (
            line.rule, f"{line.who} in {line.issuer}", f"{percent(line.now)} of {line.basis}", f"{sign(line.op)} {line.threshold}",
            points(line.distance), "beyond" if line.met else "not reached", line.meaning,
        )
        for line in story.near
    ]  # fmt: skip
    if not rows:
        return Markup("")
    heads = [("Rule", False), ("Who in whom", False), ("Now", True), ("Line", True), ("Distance", True), ("Side", False)]
    return grid("Distance is the line less the present value", [*heads, ("What it does", False)], rows)


def _row(story: Story, title: str, pick: dict[str, str]) -> Sequence[object]:
    return (title, *(pick.get(v.id, "") for v in (story.today, *story.variants)))


def _variants(story: Story) -> Markup:
    if not story.variants:
        return Markup("")
    columns = (story.today, *story.variants)
    rows: list[Sequence[object] | str] = ["Stakes, % of issued"]
    rows += [_row(story, label, {v.id: stake_in_words(v.stakes.get(edge)) for v in columns}) for edge, label in _edges(story)]
    rows.append("Votes, % of votes that can be exercised")
    rows += [_row(story, label, {v.id: votes_in_words(v.stakes.get(edge)) for v in columns}) for edge, label in _edges(story)]
    rows.append(_row(story, "Who can vote", {v.id: v.voters for v in columns}))
    rows.append("Balance between the two (1 = equal, 0 = one-sided)")
    for key, label in (("capital", "on capital"), ("exercisable_votes", "on votes"), ("power", "on power (Shapley-Shubik)")):
        rows.append(_row(story, label, {v.id: ratio(v.balance.get(key)) for v in columns}))
    rows.append("Independence: 1 less the power of the strongest holder")
    for n, purchase in enumerate(story.today.purchases):
        texts = {v.id: f"{ratio(v.purchases[n].independence)} ({v.purchases[n].strongest})" for v in columns}
        rows.append(_row(story, f"of {story.name(purchase.issuer)}", texts))
    rows += _money(story)
    heads = [("", False), *((v.name, True) for v in columns)]
    parts = [grid(f"Today and the variants; money in {story.currency} at the prices and rates of {story.at}", heads, rows)]
    ways = [
        tag("div", tag("h3", f"{variant.name}: on the way"), items("ul", variant.events or ("no line is crossed",), class_="key"))
        for variant in story.variants
    ]
    return Markup("".join([*parts, tag("div", *ways, class_="ways")]))


def _edges(story: Story) -> list[tuple[tuple[str, str], str]]:
    return [(edge, f"{story.name(edge[0])} in {story.name(edge[1])}") for edge in story.today.stakes]


def _money(story: Story) -> list[Sequence[object] | str]:
    rows: list[Sequence[object] | str] = ["Money"]
    sales = list(dict.fromkeys((sale.seller, sale.issuer) for v in story.variants for sale in v.sales))
    for seller, issuer in sales:
        label = f"{story.name(seller)} sells shares of {story.name(issuer)}: net of the block discount"
        picked = {v.id: _sold(v, seller, issuer, story.currency) for v in story.variants}
        rows.append(_row(story, label, picked))
    rows.append(_row(story, "Together, after costs; tax unknown", {v.id: money(v.net, story.currency) for v in story.variants}))
    rows.append(_row(story, "The joint fund gets", {v.id: _amount(v.fund, story.currency) for v in story.variants}))
    losses = list(dict.fromkeys((b.holder, b.issuer, b.as_of, b.printed) for v in story.variants for b in v.losses))
    for holder, issuer, as_of, printed in losses:
        later = f", printed {printed}" if printed else ""
        label = f"{story.name(holder)}: book loss on {story.name(issuer)} (accounts of {as_of}{later})"
        rows.append(_row(story, label, {v.id: money(_lost(v, holder, issuer), story.currency) for v in story.variants}))
    rows.append("What each could then be bought for, by a buyer who has nothing, without premium")
    for n, purchase in enumerate(story.today.purchases):
        name = story.name(purchase.issuer)
        columns = (story.today, *story.variants)
        rows.append(_row(story, f"{name}: up to 30 %", {v.id: _amount(v.purchases[n].to_line, story.currency) for v in columns}))
        rows.append(
            _row(story, f"{name}: a majority", {v.id: _amount(v.purchases[n].to_majority, story.currency) for v in columns})
        )
        rows.append(_row(story, f"{name}: dispersed holders have", {v.id: percent(v.purchases[n].dispersed) for v in columns}))
    return rows


def _lost(variant: Variant, holder: str, issuer: str) -> Decimal:
    return sum((b.loss for b in variant.losses if (b.holder, b.issuer) == (holder, issuer)), start=Decimal(0))


def _sold(variant: Variant, seller: str, issuer: str, currency: str) -> str:
    return money(sum((s.net for s in variant.sales if (s.seller, s.issuer) == (seller, issuer)), start=Decimal(0)), currency)


def _amount(value: Decimal | None, currency: str) -> str:
    return "unknown" if value is None else money(value, currency)


def _map(story: Story) -> Markup:
    if story.chart is None:
        return Markup("")
    chart_ = story.chart
    names = (story.name(chart_.first), story.name(chart_.second))
    under = (
        f"Every pair of stakes, judged by the rules of the case. Each plan starts at today's point and moves with each step; its name "
        f"gives the stake of {names[0]} in {names[1]}, then the reverse. Shares bought or sold come from or go to dispersed holders."
    )
    lines = [f"{percent(line.at)}: {line.label}: {line.effect}." for line in chart_.lines]
    rows = [
        (voters_in_words(cell.region.voters, names), f"{percent(cell.x[0])} to {percent(cell.x[1])}",
         f"{percent(cell.y[0])} to {percent(cell.y[1])}", "; ".join(cell.region.controls) or "nobody by majority",
         ", ".join(cell.region.rules) or "none")
        for cell in chart_.cells
    ]  # fmt: skip
    heads = [("Who can vote", False), (f"{names[1]} in {names[0]}", True), (f"{names[0]} in {names[1]}", True)]
    heads += [("Who controls", False), ("Rules that take votes", False)]
    return Markup(
        tag("figure", chart(balance_svg(chart_), "Balance map"), tag("figcaption", under))
        + tag("h3", "The lines on it")
        + items("ul", lines, class_="key")
        + grid("The regions of the map as a table; stakes in % of issued", heads, rows)
    )


def _method(story: Story) -> Markup:
    return items("ul", story.method, class_="key")


def _sources(story: Story) -> Markup:
    rows = [
        (
            row.publisher or row.id,
            link(row.url, row.title) if row.url else words(row.title),
            row.kind,
            row.day or "undated",
            row.confidence,
        )
        for row in story.sources
    ]
    heads = [("Publisher", False), ("Document", False), ("Kind", False), ("Published", False), ("Confidence", False)]
    note = (
        "Confidence: A primary text read, B secondary source read, C from memory; the letters of the rows that use the document"
    )
    parts = [grid(note, heads, rows)] if rows else []
    if story.rules:
        laws = [(rule.id, rule.title, rule.law, rule.confidence, rule.read_on or "not read") for rule in story.rules]
        heads = [("Rule", False), ("What it is about", False), ("Law", False), ("Confidence", False), ("Text read on", False)]
        parts.append(grid("The rules named on this page, as in force on that day", heads, laws))
    return Markup("".join(parts))


def _findings(story: Story) -> Markup:
    where: dict[Finding, list[str]] = {finding: [] for finding in story.findings}
    for variant in story.variants:
        for finding in variant.findings:
            if finding not in story.findings:
                where.setdefault(finding, []).append(variant.name)
    rows = [
        tag("span", tag("strong", f.code), f" {', '.join(names)}: " if names else " ", f.message, " ", f.cure)
        for f, names in where.items()
    ]
    pairs = [part for key, value in story.settings.items() for part in (tag("dt", key), tag("dd", value))]
    return Markup(items("ul", rows, class_="key") + tag("h3", "Settings") + tag("dl", *pairs))
