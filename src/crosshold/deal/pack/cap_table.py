"""Who held what before and after a step on the four bases, with the difference in percentage points (spec/deal 10)."""

from __future__ import annotations

from typing import Any

from crosshold.deal.pack.moment import Moment
from crosshold.deal.view import BASES


def cap_table(moment: Moment) -> list[dict[str, Any]]:
    """Every holder of every company touched or woken; ``points`` is ``None`` where a base is not known before or after."""
    rows = []
    for issuer in moment.touched:
        old, new = moment.before.stakes.get(issuer, {}), moment.after.stakes[issuer]
        for holder in sorted({*old, *new}):
            was, now = old.get(holder), new.get(holder)
            row: dict[str, Any] = {"issuer": issuer, "holder": holder}
            row["shares"] = {"before": was.shares if was else 0, "after": now.shares if now else 0}
            for basis in BASES:
                first = was.on(basis) if was else 0 if old else None
                last = now.on(basis) if now else 0
                points = None if first is None or last is None else 100 * (last - first)
                row[basis] = {"before": getattr(was, basis) if was else first, "after": getattr(now, basis) if now else last}
                row[basis]["points"] = points
            rows.append(row)
    return rows
