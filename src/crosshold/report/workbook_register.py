"""The register on a sheet: shares, companies and stakes on four bases, each a formula over the sheet before."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from crosshold.deal.outcome import Executed, Outcome
from crosshold.report.register_rows import Pair, RegisterPath, Row, changes, sold, stays_whole
from crosshold.report.sheet import Formula, Sheet, added

WIDTHS = (12, 14, 30, 20, 20, 20, 20, 20, 20, 20, 18, 18, 22)
BASES = ("issued", "outstanding", "gross_votes", "exercisable_votes")
HEADS = {"issued": "% of issued", "outstanding": "% of outstanding", "gross_votes": "% of gross votes",
         "exercisable_votes": "% of exercisable votes"}  # fmt: skip
_ROWS = (("Company", "text"), ("Holder", "text"), ("Name", "text"), ("Votes a share", "each"))
_COMPANIES = (
    ("Company", "text"), ("", "text"), ("Name", "text"), ("Issued before", "count"), ("Change", "count"), ("Issued", "count"),
    ("Own shares", "count"), ("Gross votes", "count"), ("Exercisable votes", "count"),
)  # fmt: skip
_STAKES = (
    ("Company", "text"), ("Holder", "text"), ("Name", "text"), ("Part of votes usable", "part of 1"), ("Shares", "count"),
    ("Gross votes", "count"), ("Exercisable votes", "count"), *((HEADS[basis], "percent") for basis in BASES),
)  # fmt: skip


@dataclass
class Places:
    """Where the numbers of one state stand: addresses that the next sheets use."""

    shares: dict[Row, str] = field(default_factory=dict)
    votes: dict[Row, str] = field(default_factory=dict)  # a share; typed once
    issued: dict[str, str] = field(default_factory=dict)
    usable: dict[Pair, str] = field(default_factory=dict)
    stakes: dict[tuple[str, str, str], str] = field(default_factory=dict)  # issuer, holder, basis or "shares"
    own: dict[str, str] = field(default_factory=dict)
    cash: dict[tuple[str, str], str] = field(default_factory=dict)  # who, currency

    def held(self, issuer: str, holder: str) -> list[str]:
        """The cells with the shares of one holder."""
        return [cell for row, cell in self.shares.items() if (row.issuer, row.holder) == (issuer, holder)]


def typed_register(sheet: Sheet, path: RegisterPath, outcome: Outcome) -> Places:
    """The register at the start: share counts, votes and what may be used of them are typed, the rest of a company is a formula."""
    state, places = outcome.start.snapshot, Places()
    name = outcome.end.snapshot.name
    sheet.part("Companies", (("Company", "text"), ("", "text"), ("Name", "text"), ("Issued", "count")))
    for issuer in path.issuers:
        line = sheet.row(issuer, "", name(issuer), (path.issued[0][issuer], "count", True))
        places.issued[issuer] = sheet.ref(line, 3)
    sheet.part("Shares and votes", (*_ROWS, ("Shares", "count"), ("Bounds of an uncertain count", "text")))
    for row in path.rows:
        others = [k for k, other in enumerate(path.rows_of(row.issuer)) if other != row]
        first = sheet.next - path.rows_of(row.issuer).index(row)
        cell: object = path.shares[0].get(row, 0)
        rest = (
            stays_whole(state, row)
            and sum(path.shares[0].get(r, 0) for r in path.rows_of(row.issuer)) == path.issued[0][row.issuer]
        )
        if rest:
            cell = Formula(f"={places.issued[row.issuer]}-({added(sheet.ref(first + k, 4) for k in others)})")
        bounds = [lot.bounds for lot in state.lots_of(row.issuer, row.holder)]
        low, high = sum(b[0] for b in bounds), sum(b[1] for b in bounds)
        said = f"{low:,} to {high:,}" if low != high else "the rest of issued" if rest else ""
        at = sheet.row(row.issuer, row.holder, name(row.holder), (row.votes, "each", True), (cell, "count", not rest), said)
        places.shares[row], places.votes[row] = sheet.ref(at, 4), sheet.ref(at, 3)
    sheet.part("What the law lets each holder use of its votes: 1 all, 0 none", (*_ROWS[:3], ("Part usable", "part of 1")))
    for pair in path.pairs:
        at = sheet.row(*pair, name(pair[1]), (_part(path.usable[0][pair]), "part of 1", True))
        places.usable[pair] = sheet.ref(at, 3)
    return places


def _part(value: Fraction | None) -> Fraction | str:
    return "open" if value is None else value


def decided(
    sheet: Sheet, path: RegisterPath, number: int, executed: Executed, sales: list[str], before: Places
) -> tuple[dict[Row, str], dict[str, str], dict[Pair, str]]:
    """What a step decided on shares and votes: addresses of the change of every row and company, and of new parts of usable votes.

    ``sales`` are the addresses of the shares of every sale. In each company one number follows from the others, so that none is lost.
    """
    moved, name = changes(path, number), executed.view.snapshot.name
    issued = {i: path.issued[number][i] - path.issued[number - 1][i] for i in path.issuers}
    heads = (*_ROWS, ("In (+) or out (-)", "count"), ("", "text"))
    sheet.part("Decided: shares that move", heads)
    cells: dict[Row, str] = {}
    whole: dict[str, str] = {}
    for issuer in path.issuers:
        rows = [row for row in path.rows_of(issuer) if row in moved]
        free = issued[issuer] != 0
        rows.sort(key=lambda row: (moved[row] > 0, row.holder.startswith("~")))
        for place, row in enumerate(rows):
            sign = "-" if moved[row] < 0 else ""
            told = [sales[k] for k in sold(executed, row, moved)]
            label = (row.issuer, row.holder, name(row.holder), (Formula(f"={before.votes[row]}"), "each"))
            if told:
                at = sheet.row(*label, (Formula(f"={sign}({added(told)})"), "count"), "its sales above")
            elif place == len(rows) - 1 and not free and place:
                at = sheet.row(
                    *label, (Formula(f"=-({added(cells[other] for other in rows[:place])})"), "count"), "what the others gave"
                )
            else:
                at = sheet.row(*label, (moved[row], "count", True))
            cells[row] = sheet.ref(at, 4)
        if free:
            total = added(cells[row] for row in rows)
            at = sheet.row(
                issuer, "", "issued or cancelled", None, (Formula(f"={total}"), "count"), "what its holders gained or lost"
            )
            whole[issuer] = sheet.ref(at, 4)
    if not cells:
        sheet.row("no share moves")
    turned = [pair for pair in path.pairs if path.usable[number][pair] != path.usable[number - 1][pair]]
    parts: dict[Pair, str] = {}
    if turned:
        sheet.part("Decided: what the law now lets a holder use of its votes", (*_ROWS[:3], ("Part usable", "part of 1")))
        for pair in turned:
            at = sheet.row(*pair, name(pair[1]), (_part(path.usable[number][pair]), "part of 1", True))
            parts[pair] = sheet.ref(at, 3)
    return cells, whole, parts


def register_after(
    sheet: Sheet,
    path: RegisterPath,
    before: Places,
    decisions: tuple[dict[Row, str], dict[str, str], dict[Pair, str]],
    outcome: Outcome,
) -> Places:
    """The register after a step, from that of the sheet before and what was decided."""
    cells, whole, parts = decisions
    places, name = Places(votes=before.votes), outcome.end.snapshot.name
    heads = (*_ROWS, ("Shares before", "count"), ("Change", "count"), ("Shares", "count"))
    sheet.part("Register", heads)
    for row in path.rows:
        change = Formula(f"={cells[row]}") if row in cells else 0
        old = Formula(f"={before.shares[row]}")
        at = sheet.next
        now = Formula(f"={sheet.ref(at, 4)}+{sheet.ref(at, 5)}")
        votes = Formula(f"={before.votes[row]}")
        sheet.row(row.issuer, row.holder, name(row.holder), (votes, "each"), (old, "count"), (change, "count"), (now, "count"))
        places.shares[row] = sheet.ref(at, 6)
    return with_stakes(sheet, path, before, places, (whole, parts), outcome)


def with_stakes(
    sheet: Sheet,
    path: RegisterPath,
    before: Places,
    places: Places,
    decisions: tuple[dict[str, str], dict[Pair, str]],
    outcome: Outcome,
) -> Places:
    """Companies and stakes under a register whose shares stand at ``places``."""
    whole, parts = decisions
    name = outcome.end.snapshot.name
    first = sheet.next + 3 + len(path.issuers) + 3  # the first row of the stakes, which the companies add up
    spots = {pair: first + k for k, pair in enumerate(path.pairs)}
    sheet.part("Companies", _COMPANIES)
    totals: dict[str, dict[str, str]] = {}
    for issuer in path.issuers:
        rows = [spots[pair] for pair in path.pairs if pair[0] == issuer]
        at = sheet.next
        old, change = Formula(f"={before.issued[issuer]}"), Formula(f"={whole[issuer]}") if issuer in whole else 0
        own = Formula(f"={added(places.held(issuer, issuer))}")
        gross = Formula(f"=SUM({sheet.span(rows, 5)})") if rows else 0
        usable = sheet.span(rows, 6) if rows else ""
        votes = Formula(f'=IF(COUNT({usable})<{len(rows)},"open",SUM({usable}))') if rows else 0
        now = Formula(f"={sheet.ref(at, 3)}+{sheet.ref(at, 4)}")
        sheet.row(issuer, "", name(issuer), (old, "count"), (change, "count"), (now, "count"), (own, "count"), (gross, "count"),
                  (votes, "count"))  # fmt: skip
        places.issued[issuer], places.own[issuer] = sheet.ref(at, 5), sheet.ref(at, 6)
        totals[issuer] = {
            "issued": places.issued[issuer], "outstanding": f"({places.issued[issuer]}-{places.own[issuer]})",
            "gross_votes": sheet.ref(at, 7), "exercisable_votes": sheet.ref(at, 8),
        }  # fmt: skip
    sheet.part("Stakes on four bases", _STAKES)
    assert not path.pairs or sheet.next == first, "the stakes are not where the companies look for them"
    for pair in path.pairs:
        _stake(sheet, pair, before, places, parts.get(pair), totals[pair[0]], name(pair[1]))
    return places


def _stake(
    sheet: Sheet, pair: Pair, before: Places, places: Places, turned: str | None, totals: dict[str, str], name: str
) -> None:
    issuer, holder = pair
    at = sheet.next
    part, shares, gross, usable = (sheet.ref(at, column) for column in (3, 4, 5, 6))
    rows = [(row, cell) for row, cell in places.shares.items() if (row.issuer, row.holder) == pair]
    votes = "+".join(f"ROUND({cell}*{places.votes[row]},0)" for row, cell in rows) or "0"
    numerators = {
        "issued": shares,
        "outstanding": "0" if holder == issuer else shares,
        "gross_votes": gross,
        "exercisable_votes": usable,
    }
    cells = []
    for basis in BASES:
        whole, part_of = totals[basis], numerators[basis]
        none = f'IF({whole}=0,"none",{part_of}/{whole})'
        cells.append(
            (Formula(f'=IF(ISNUMBER({whole}),{none},"open")' if basis == "exercisable_votes" else f"={none}"), "percent")
        )
    sheet.row(
        issuer, holder, name, (Formula(f"={turned or before.usable[pair]}"), "part of 1"),
        (Formula(f"={added(cell for _, cell in rows)}"), "count"), (Formula(f"={votes}"), "count"),
        (Formula(f'=IF(ISNUMBER({part}),{gross}*{part},"open")'), "count"), *cells,
    )  # fmt: skip
    places.usable[pair] = part
    places.stakes |= {(*pair, basis): sheet.ref(at, 7 + k) for k, basis in enumerate(BASES)}
    places.stakes[(*pair, "shares")] = shares
