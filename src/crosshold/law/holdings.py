"""The lots of a Snapshot in columns: who owns what, circles of holdings, which holdings could matter. For registers of a million."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from crosshold.kernels.components import strong_components
from crosshold.model.snapshot import Lot, Snapshot

FEW = 5000
"""Up to so many lots every row is made at once, beyond when it is first looked at."""
RELEVANT = 0.0999
"""No definition of control is met by less than a tenth, so a holding below it starts no chain of control."""


class LotRows(Sequence[Lot]):
    """Lots by position, each made when it is first asked for."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._lots, self._seen = snapshot.lots, dict[int, Lot]()
        self._columns = [snapshot.lots.column(name) for name in Lot.__dataclass_fields__]
        self._whole = [column.dtype == np.int64 for column in self._columns]

    def __len__(self) -> int:
        return len(self._lots)

    @overload
    def __getitem__(self, index: int) -> Lot: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Lot]: ...
    def __getitem__(self, index: int | slice) -> Lot | Sequence[Lot]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        if index not in self._seen:
            values: list[Any] = [column[index] for column in self._columns]
            # in whole-number columns -1 stands for "not said"
            values = [(None if v < 0 else int(v)) if whole else v for v, whole in zip(values, self._whole, strict=True)]
            self._seen[index] = Lot(*values)
        return self._seen[index]

    def __iter__(self) -> Iterator[Lot]:
        return iter(self._lots)


class Groups(Mapping[str, dict[str, list[int]]]):
    """For every name of one column, its lots by the name in the other column; made when first asked for."""

    def __init__(self, names: dict[str, int], codes: NDArray[np.int64], other: Sequence[str]) -> None:
        self._names, self._other = names, other
        self._order = np.argsort(codes, kind="stable")
        self._start = np.searchsorted(codes[self._order], np.arange(len(names) + 1)).tolist()
        self._seen: dict[str, dict[str, list[int]]] = {}

    def rows(self, name: str) -> list[int]:
        """The lots of one name, in register order."""
        k = self._names[name]
        found: list[int] = self._order[self._start[k] : self._start[k + 1]].tolist()
        return found

    def __getitem__(self, name: str) -> dict[str, list[int]]:
        if name not in self._seen:
            rows: dict[str, list[int]] = {}
            for i in self.rows(name):
                rows.setdefault(self._other[i], []).append(i)
            self._seen[name] = rows
        return self._seen[name]

    def get(self, name: str, default: Any = None) -> Any:
        """The group of a name, or the default."""
        return self[name] if name in self._names else default

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


class Rows(Mapping[str, list[int]]):
    """For every name its lots, in register order."""

    def __init__(self, groups: Groups) -> None:
        self._groups = groups

    def __getitem__(self, name: str) -> list[int]:
        return self._groups.rows(name)

    def get(self, name: str, default: Any = None) -> Any:
        """The lots of a name, or the default."""
        return self[name] if name in self._groups else default

    def __contains__(self, name: object) -> bool:
        return name in self._groups

    def __iter__(self) -> Iterator[str]:
        return iter(self._groups)

    def __len__(self) -> int:
        return len(self._groups)


class Holdings:
    """``owners[issuer][owner]`` and ``holdings[owner][issuer]`` are lots; ``owner[i]`` and ``issuer[i]`` belong to lot i."""

    def __init__(self, snapshot: Snapshot, attribution: str) -> None:
        lots = snapshot.lots
        self.issuer: list[str] = lots.column("issuer").tolist()
        self.holder: list[str] = lots.column("holder").tolist()
        self.owner = self.holder
        if attribution == "beneficiary":
            whose = lots.column("beneficiary").tolist()
            self.owner = [b or h for b, h in zip(whose, self.holder, strict=True)]
        self._issuers = {name: k for k, name in enumerate(dict.fromkeys(self.issuer))}
        self._parties = {name: k for k, name in enumerate(dict.fromkeys(self.owner))}
        count = len(self.issuer)
        self._issuer_code = np.fromiter(map(self._issuers.__getitem__, self.issuer), np.int64, count)
        self._owner_code = np.fromiter(map(self._parties.__getitem__, self.owner), np.int64, count)
        self.owners = Groups(self._issuers, self._issuer_code, self.owner)
        self.holdings = Groups(self._parties, self._owner_code, self.issuer)
        self.shares: NDArray[np.int64] = lots.column("shares")
        self.count: list[int] = self.shares.tolist()

    def base(self, snapshot: Snapshot) -> list[int]:
        """Shares times the votes of their class, lot by lot."""
        found = list(self.count)
        classes = snapshot.lots.column("share_class")
        for name in self._issuers:
            if name in snapshot.issuers and snapshot.issuers[name].classes:
                for i in self.owners.rows(name):
                    found[i] *= snapshot.issuers[name].votes_per_share(classes[i])
        return found

    def circles(self, links: Sequence[tuple[str, str]]) -> Circles:
        """Circles of holdings and of the further links."""
        return Circles(self, links)

    def strong(self, gross: Sequence[int], issued: Mapping[str, int], cuttable: NDArray[np.bool_]) -> dict[str, set[str]]:
        """For every owner in a circle the companies of which it can come to have a tenth, in shares or in votes that are left when every
        lot in ``cuttable`` is silent."""
        owner, issuer = self._owner_code, self._issuer_code
        votes = np.array(gross, dtype=np.float64)
        outside = owner != np.fromiter((self._parties.get(name, -1) for name in self._issuers), np.int64)[issuer]
        whole = np.bincount(issuer, votes, len(self._issuers))
        silent = np.bincount(issuer, votes * (cuttable & outside), len(self._issuers))
        own = np.bincount(issuer, self.shares * ~outside, len(self._issuers))
        shares = np.fromiter((issued.get(name, 0) for name in self._issuers), np.float64, len(self._issuers)) - own
        inside = np.zeros(len(self._parties), dtype=bool)
        inside[owner[cuttable]] = True  # who is in a circle holds somebody of it
        kept = np.flatnonzero(inside[owner] & outside)
        key, place = np.unique(owner[kept] * len(self._issuers) + issuer[kept], return_inverse=True)
        its_votes, its_shares = np.bincount(place, votes[kept], len(key)), np.bincount(place, self.shares[kept], len(key))
        target = key % len(self._issuers)
        left = np.maximum(np.maximum((whole - silent)[target], its_votes), 1)
        most = np.maximum(its_votes / left, its_shares / np.maximum(shares[target], 1))
        names, companies, found = list(self._parties), list(self._issuers), dict[str, set[str]]()
        for k in np.flatnonzero(most >= RELEVANT).tolist():
            found.setdefault(names[int(key[k]) // len(companies)], set()).add(companies[int(target[k])])
        return found


class Circles:
    """Two parties share a circle when links lead from each to the other. ``inside[i]``: lot i belongs to a party in its issuer's circle."""

    def __init__(self, table: Holdings, links: Sequence[tuple[str, str]]) -> None:
        self._code = dict(table._parties)
        for name in (*table._issuers, *(name for link in links for name in link)):
            self._code.setdefault(name, len(self._code))
        issuer = np.fromiter((self._code[name] for name in table._issuers), np.int64, len(table._issuers))[table._issuer_code]
        more = np.array([[self._code[a], self._code[b]] for a, b in links], dtype=np.int64).reshape(-1, 2)
        source, target = np.append(table._owner_code, more[:, 0]), np.append(issuer, more[:, 1])
        order = np.argsort(source, kind="stable")
        pointer = np.searchsorted(source[order], np.arange(len(self._code) + 1))
        self._label = strong_components(pointer, target[order]).label
        self.inside: NDArray[np.bool_] = self._label[table._owner_code] == self._label[issuer]
        self.inside &= table._owner_code != issuer
        self._table = table

    def joins(self, a: str, b: str) -> bool:
        """Whether two parties share a circle."""
        return a in self._code and b in self._code and bool(self._label[self._code[a]] == self._label[self._code[b]])

    @cached_property
    def pairs(self) -> dict[str, dict[str, list[int]]]:
        """The lots of every company that belong to parties in its own circle, by owner; companies and owners sorted."""
        rows: dict[str, dict[str, list[int]]] = {}
        for i in np.flatnonzero(self.inside).tolist():
            rows.setdefault(self._table.issuer[i], {}).setdefault(self._table.owner[i], []).append(i)
        return {name: dict(sorted(rows[name].items())) for name in sorted(rows)}
