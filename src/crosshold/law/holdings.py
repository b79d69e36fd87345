"""The lots of a Snapshot by number: who owns what, circles of holdings, which holdings could matter. For registers of millions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from crosshold.kernels.components import strong_components
from crosshold.model.lot_columns import Index
from crosshold.model.records import fields_of, where
from crosshold.model.result import Coded
from crosshold.model.snapshot import Snapshot

Ints = NDArray[np.int64]
RELEVANT = 0.0999
"""No definition of control is met by less than a tenth, so a holding below it starts no chain of control."""


class Named(Sequence[str]):
    """A column of names, each looked up when it is asked for."""

    def __init__(self, column: Coded) -> None:
        self._code, self._words = column.code, column.words

    def __len__(self) -> int:
        return len(self._code)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self._words[k] for k in self._code[index].tolist()]
        name: str = self._words[self._code[index]]
        return name

    def __iter__(self) -> Iterator[str]:
        words = self._words
        return (words[k] for k in self._code.tolist())


class Groups(Mapping[str, dict[str, list[int]]]):
    """For every name of one column, its lots by the name in the other column; made when first asked for."""

    def __init__(self, names: Index, other: Index) -> None:
        self._names, self._other = names, other
        self._seen: dict[str, dict[str, list[int]]] = {}

    def rows(self, name: str) -> list[int]:
        """The lots of one name, in register order."""
        if name not in self._names.place:
            raise KeyError(name)
        found: list[int] = self._names.rows(name).tolist()
        return found

    def __getitem__(self, name: str) -> dict[str, list[int]]:
        if name not in self._seen:
            lots, words, rows = self.rows(name), self._other.words, dict[str, list[int]]()
            for i, k in zip(lots, self._other.code[lots].tolist(), strict=True):
                rows.setdefault(words[k], []).append(i)
            self._seen[name] = rows
        return self._seen[name]

    def get(self, name: str, default: Any = None) -> Any:
        """The group of a name, or the default."""
        return self[name] if name in self._names.place else default

    def __contains__(self, name: object) -> bool:
        return name in self._names.place

    def __iter__(self) -> Iterator[str]:
        return iter(self._names.words)

    def __len__(self) -> int:
        return len(self._names.words)


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
        self.issuers, holders = lots.by("issuer"), lots.by("holder")
        self.parties = _beneficiaries(snapshot) if attribution == "beneficiary" else holders
        self.issuer = Named(lots.codes("issuer"))
        self.holder = Named(lots.codes("holder"))
        self.owner: Sequence[str] = Named(Coded(self.parties.code, self.parties.words))
        self.owners, self.holdings = Groups(self.issuers, self.parties), Groups(self.parties, self.issuers)
        self.shares: Ints = lots.column("shares")
        self.count: list[int] = self.shares.tolist()
        twins = lots.columns.twins
        self.by_itself: NDArray[np.bool_] = holders.code == twins[self.issuers.code]
        """Lots that a company has of itself."""
        self.twins = twins if self.parties is holders else _numbers(self.parties, self.issuers.words)
        """The number, as a party, of every issuer; -1 for one that has nothing."""
        self.holders = holders

    def base(self, snapshot: Snapshot) -> list[int]:
        """Shares times the votes of their class, lot by lot."""
        found = list(self.count)
        words = self.issuers.words
        for name in (n for n, kinds in zip(words, fields_of(snapshot.issuers, ["classes"], words)[0], strict=True) if kinds):
            classes = snapshot.lots.column("share_class")
            for i in self.owners.rows(name):
                found[i] *= snapshot.issuers[name].votes_per_share(classes[i])
        return found

    def gross(self, snapshot: Snapshot, base: Sequence[int]) -> list[int]:
        """Votes as stated, else base votes; own shares have none."""
        found, said = list(base), snapshot.lots.column("votes")
        for i in np.flatnonzero(said >= 0).tolist():
            found[i] = int(said[i])
        for i in np.flatnonzero(self.by_itself).tolist():
            found[i] = 0
        return found

    def dispersed(self, snapshot: Snapshot) -> set[str]:
        """Holders that are nobody in particular."""
        nobody = {
            name
            for index in {id(i): i for i in (self.holders, self.parties)}.values()
            for name in index.words
            if name.startswith("~")
        }
        return nobody | where(snapshot.entities, "kind", "dispersed")

    def circles(self, links: Sequence[tuple[str, str]]) -> Circles:
        """Circles of holdings and of the further links."""
        return Circles(self, links)

    def strong(self, gross: Sequence[int], snapshot: Snapshot, cuttable: NDArray[np.bool_]) -> dict[str, set[str]]:
        """For every owner in a circle the companies of which it can come to have a tenth, in shares or in votes that are left when every
        lot in ``cuttable`` is silent."""
        owner, issuer, companies = self.parties.code, self.issuers.code, self.issuers.words
        votes = np.array(gross, dtype=np.float64)
        outside = owner != self.twins[issuer]
        whole = np.bincount(issuer, votes, len(companies))
        silent = np.bincount(issuer, votes * (cuttable & outside), len(companies))
        own = np.bincount(issuer, self.shares * ~outside, len(companies))
        inside = np.zeros(len(self.parties.words), dtype=bool)
        inside[owner[cuttable]] = True  # who is in a circle holds somebody of it
        kept = np.flatnonzero(inside[owner] & outside)
        key, place = np.unique(owner[kept] * len(companies) + issuer[kept], return_inverse=True)
        its_votes, its_shares = np.bincount(place, votes[kept], len(key)), np.bincount(place, self.shares[kept], len(key))
        target = key % max(len(companies), 1)
        asked, place_of = np.unique(target, return_inverse=True)
        (issued,) = fields_of(snapshot.issuers, ["issued"], [companies[k] for k in asked.tolist()])
        shares = np.array([count or 0 for count in issued], dtype=np.float64)[place_of] - own[target]
        left = np.maximum(np.maximum((whole - silent)[target], its_votes), 1)
        most = np.maximum(its_votes / left, its_shares / np.maximum(shares, 1))
        found = dict[str, set[str]]()
        for k in np.flatnonzero(most >= RELEVANT).tolist():
            found.setdefault(self.parties.words[int(key[k]) // len(companies)], set()).add(companies[int(target[k])])
        return found


def _beneficiaries(snapshot: Snapshot) -> Index:
    """The lots by whose they are: the beneficiary's where there is one, else the holder's."""
    whose = zip(snapshot.lots.column("beneficiary").tolist(), snapshot.lots.column("holder").tolist(), strict=True)
    names = [b or h for b, h in whose]
    place = {name: k for k, name in enumerate(dict.fromkeys(names))}
    return Index(Coded(np.fromiter(map(place.__getitem__, names), np.int64, len(names)), list(place)))


def _numbers(index: Index, names: Sequence[str]) -> Ints:
    """The numbers of names in an index, -1 for a name that it does not have."""
    get = index.place.get
    return np.fromiter((get(name, -1) for name in names), np.int64, len(names))


class Circles:
    """Two parties share a circle when links lead from each to the other. ``inside[i]``: lot i belongs to a party in its issuer's circle."""

    def __init__(self, table: Holdings, links: Sequence[tuple[str, str]]) -> None:
        parties, issuers = table.parties, table.issuers
        self._table, self._more = table, dict[str, int]()
        number = self._issuers = table.twins.copy()
        nothing = np.flatnonzero(number < 0)  # those that hold nothing come after all that do
        number[nothing] = len(parties.words) + np.arange(len(nothing))
        self._known = len(parties.words) + len(nothing)
        more = np.array([[self._number(a), self._number(b)] for a, b in links], dtype=np.int64).reshape(-1, 2)
        order, pointer = parties.order, parties.start
        target = number[issuers.code[order]]
        count = self._known + len(self._more)
        if len(more):
            source = np.append(parties.code[order], more[:, 0])
            again = np.argsort(source, kind="stable")
            target = np.append(target, more[:, 1])[again]
            pointer = np.searchsorted(source[again], np.arange(count + 1))
        else:
            pointer = np.append(pointer, np.full(len(nothing), pointer[-1]))
        self._label = strong_components(pointer, target).label
        self.inside: NDArray[np.bool_] = self._label[parties.code] == self._label[number[issuers.code]]
        self.inside &= parties.code != number[issuers.code]

    def _number(self, name: str) -> int:
        """The number of a party."""
        k = self._table.parties.place.get(name)
        if k is None and (issuer := self._table.issuers.place.get(name)) is not None:
            k = int(self._issuers[issuer])
        return self._more.setdefault(name, self._known + len(self._more)) if k is None else k

    def joins(self, a: str, b: str) -> bool:
        """Whether two parties share a circle."""
        known = self._table.parties.place, self._table.issuers.place, self._more
        if not all(any(name in names for names in known) for name in (a, b)):
            return False
        return bool(self._label[self._number(a)] == self._label[self._number(b)])

    def among(self, parties: Set[str] | None) -> dict[str, dict[str, list[int]]]:
        """The lots of every company that belong to parties in its own circle, by owner; companies and owners sorted. With ``parties``
        only those of companies, or that belong to owners, among them."""
        rows = np.flatnonzero(self.inside)
        table, found = self._table, dict[str, dict[str, list[int]]]()
        if parties is not None:
            some = [np.isin(i.code[rows], [i.place[n] for n in parties if n in i.place]) for i in (table.issuers, table.parties)]
            rows = rows[some[0] | some[1]]
        for i in rows.tolist():
            found.setdefault(table.issuer[i], {}).setdefault(table.owner[i], []).append(i)
        return {name: dict(sorted(found[name].items())) for name in sorted(found)}
