"""A Plan: steps in an order, with the options, the joint fund and the news they rest on (spec/deal 17.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from crosshold.deal.draft import Terms
from crosshold.deal.fund_terms import KEYS as FUND_KEYS
from crosshold.deal.fund_terms import fund_terms
from crosshold.deal.step import Step
from crosshold.deal.steps import STEPS
from crosshold.deal.values import Amount, plain
from crosshold.errors import FileError, Finding, Findings, did_you_mean
from crosshold.formats.fields import Fields
from crosshold.formats.yaml_text import Document, read, read_file, write
from crosshold.model.register import STATUSES
from crosshold.model.snapshot import Snapshot

VERSION = "plan/1"
KEYS = ("crosshold", "id", "title", "case", "status", "group", "options", "fund", "steps", "end_hash", "note", "source")
FUND_STATUS = ("proposed", "committed", "called", "executed", "cancelled")
_BY_TYPE = {step.type: step for step in STEPS}


@dataclass(frozen=True)
class Options:
    """``strict: stop`` turns the warnings marked (s) in spec/deal 19 into errors; taxes and cash floors are the plan's terms."""

    strict: str = "warn"
    order_check: bool = False
    terms: Terms = field(default_factory=Terms)


@dataclass(frozen=True)
class Fund:
    """The joint fund as planned: ``commitments`` per entity in ``currency``. Ownership, waterfall and votes are plain records."""

    id: str
    currency: str
    status: str = "proposed"
    commitments: Mapping[str, Decimal] = field(default_factory=dict)
    terms: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """As in a plan file."""
        data = {"id": self.id, "currency": self.currency, "status": self.status, "commitments": plain(self.commitments)}
        return {**data, **plain(self.terms)}


@dataclass(frozen=True)
class Plan:
    """Steps in the order of the file. :meth:`ordered` puts each after those it depends on; nothing is sorted by date."""

    steps: tuple[Step, ...]
    id: str = ""
    title: str = ""
    case: str = ""
    status: Mapping[str, Any] = field(default_factory=dict)
    group: str = ""
    options: Options = field(default_factory=Options)
    fund: Fund | None = None
    note: str = ""
    source: str = ""
    end_hash: str = ""

    @classmethod
    def read(cls, source: str | Path | Mapping[str, Any]) -> Plan:
        """Read a plan file, or a mapping as it would stand in one (``crosshold: plan/1`` may then be missing).

        ``FileError`` carries every fault: C_UNKNOWN_KEY, C_UNKNOWN_STEP, C_DUPLICATE_ID, C_BAD_DATE, C_BAD_NUMBER, C_VERSION,
        E_BASIS_AMBIGUOUS, E_CYCLE_DEPENDS, E_FRACTIONAL, E_NEG_QTY ...
        """
        if isinstance(source, Mapping):
            return _read(Document("plan", dict(source), {}), embedded=True)
        return _read(read_file(Path(source)), embedded=False)

    @classmethod
    def parse(cls, text: str, name: str = "plan.yaml") -> Plan:
        """Read the text of a plan file."""
        return _read(read(text, name), embedded=False)

    def ordered(self) -> list[Step]:
        """The steps in the order of execution: that of the file, except that a step waits for those it names."""
        left, done, row = list(self.steps), set[str](), list[Step]()
        while left:
            step = next(s for s in left if s.waits_for() <= done)
            left.remove(step)
            done.add(step.id)
            row.append(step)
        return row

    def check(self, snapshot: Snapshot) -> list[Finding]:
        """Names in the plan that the state does not have (``C_UNKNOWN_ENTITY``), all of them."""
        faults = Findings()
        parties = {*snapshot.entities, *snapshot.issuers, *(lot.holder for lot in snapshot.lots), "~float"}
        funds = {self.fund.id} if self.fund else set()
        bonds = {str(c.get("id")) for c in snapshot.contracts if c.get("kind") == "exchangeable"}
        bonds |= {step.id for step in self.steps if step.type == "exchangeable_issue"}
        issuers = set(snapshot.issuers)
        for step in self.steps:
            for role, name in step.names():
                if role in ("newcomer", "new issuer"):
                    parties.add(name)
                    issuers |= {name} if role == "new issuer" else set()
                known = {"issuer": issuers, "fund": funds, "bond": bonds}.get(role, parties | funds)
                if name not in known:
                    what = f"no {role}" if role in ("issuer", "fund", "bond") else "nowhere"
                    place = "this plan" if role in ("fund", "bond") else "this case"
                    message = f"step {step.id} names {name!r}, which is {what} in {place}."
                    faults.add("C_UNKNOWN_ENTITY", message, did_you_mean(name, known) or "Add it.", step.where)
        if self.fund:
            for name in self.fund.commitments:
                if name not in parties:
                    message = f"the fund names {name!r}, which is nowhere in this case."
                    faults.add("C_UNKNOWN_ENTITY", message, did_you_mean(name, parties), "fund")
        if self.group and self.group not in snapshot.groups:
            message = f"there is no group {self.group!r} in this case."
            faults.add("C_UNKNOWN_ENTITY", message, did_you_mean(self.group, snapshot.groups), "group")
        return list(faults)

    def to_dict(self) -> dict[str, Any]:
        """The plan as it stands in a file; reading it again gives an equal plan."""
        data: dict[str, Any] = {"crosshold": VERSION, "id": self.id, "title": self.title, "case": self.case}
        data |= {"status": plain(self.status), "group": self.group, "options": _options_dict(self.options)}
        data |= {"fund": self.fund.to_dict() if self.fund else None, "note": self.note, "source": self.source}
        data["end_hash"] = self.end_hash
        return {**{k: v for k, v in data.items() if v}, "steps": [step.to_dict() for step in self.steps]}

    def to_yaml(self) -> str:
        """The text of a plan file."""
        return write(self.to_dict())


def _options_dict(options: Options) -> dict[str, Any]:
    data: dict[str, Any] = {"strict": options.strict if options.strict != "warn" else None}
    data |= {"order_check": options.order_check or None, "taxes": plain(options.terms.taxes)}
    data["cash_floor"] = plain(options.terms.cash_floor)
    return {key: value for key, value in data.items() if value}


def _read(document: Document, *, embedded: bool) -> Plan:
    faults = Findings()
    if not isinstance(document.data, dict):
        raise FileError(Finding("C_SYNTAX", "a plan is a mapping of keys.", "Begin with 'crosshold: plan/1'.", document.name))
    top = Fields(document, (), document.data, faults)
    top.only(KEYS)
    said = top.text("crosshold")
    if said != VERSION and not (said is None and embedded):
        what = f"this file says {said!r}" if said else "this file does not say what it is"
        top.fault("C_VERSION", f"{what}; {VERSION!r} is read here.", f"Write 'crosshold: {VERSION}'.", "crosshold")
    if "steps" not in top.data:
        top.require("steps")
    steps = [step for number, row in enumerate(top.children("steps"), 1) if (step := _step(row, number))]
    _unique(top)
    plan = Plan(
        steps=tuple(steps), id=top.text("id", "") or "", title=top.text("title", "") or "", case=top.text("case", "") or "",
        status=_status(top), group=top.text("group", "") or "", options=_options(top.child("options")), fund=read_fund(top.child("fund")),
        note=top.text("note", "") or "", source=top.text("source", "") or "", end_hash=top.text("end_hash", "") or "",
    )  # fmt: skip
    _depends(top, plan)
    faults.raise_errors(FileError)
    return plan


def _step(row: Fields, number: int) -> Step | None:
    kind = row.text("type")
    if kind is None:
        row.require("type")
        return None
    if kind not in _BY_TYPE:
        row.fault("C_UNKNOWN_STEP", f"there is no step {kind!r}.", did_you_mean(kind, _BY_TYPE), "type")
        return None
    return _BY_TYPE[kind].parse(row, number)


def _unique(top: Fields) -> None:
    """Ids are unique, also those of steps that have other faults."""
    seen: set[str] = set()
    for row in top.children("steps"):
        name = row.data.get("id")
        if name is not None and str(name) in seen:
            row.fault("C_DUPLICATE_ID", f"two steps have the id {str(name)!r}.", "Give each its own id.", "id")
        seen.add(str(name))


def _depends(top: Fields, plan: Plan) -> None:
    """Every step waited for exists, and no chain of waiting comes back to its start."""
    # a step with faults of its own is missing from the plan, but its id is known
    known = {step.id for step in plan.steps} | {str(row.data.get("id")) for row in top.children("steps")}
    left = {step.id: step.waits_for() & {s.id for s in plan.steps} for step in plan.steps}
    for step in plan.steps:
        for name in sorted(step.waits_for() - known):
            message = f"step {step.id} waits for {name!r}, which is no step of this plan."
            top.faults.add("C_UNKNOWN_ENTITY", message, did_you_mean(name, known), step.where)
    while ready := [name for name, needs in left.items() if not needs & set(left)]:
        for name in ready:
            del left[name]
    if left:
        message = f"the steps {', '.join(sorted(left))} wait for each other."
        top.faults.add("E_CYCLE_DEPENDS", message, "Remove one of their depends_on or after.", top.where("steps"))


def _status(top: Fields) -> dict[str, Any]:
    inner = top.child("status")
    if inner is None:
        return {}
    inner.only(("claim", "stance", "denied_by", "timing", "note"))
    inner.choice("stance", STATUSES)
    return dict(plain(inner.data))


def _options(inner: Fields | None) -> Options:
    if inner is None:
        return Options()
    inner.only(("strict", "order_check", "taxes", "cash_floor"))
    taxes: dict[str, dict[str, Any]] = {}
    for name, slot in inner.named("taxes").items():
        slot.only(("rate", "basis", "note"))
        rate, basis = slot.ratio("rate"), slot.choice("basis", ("proceeds", "gain"), "proceeds")
        taxes[name] = {"rate": None if rate is None else str(rate), "basis": basis}
    floors: dict[str, Amount] = {}
    for name, row in inner.named("cash_floor").items():
        row.only(("value", "currency"))
        value = row.money("value")
        if row.require("value") and value is not None:
            floors[name] = Amount(value, row.text("currency"))
    strict = inner.choice("strict", ("warn", "stop"), "warn") or "warn"
    return Options(strict, bool(inner.flag("order_check", False)), Terms(taxes, floors))


def read_fund(inner: Fields | None) -> Fund | None:
    """The ``fund`` of a plan or of goals."""
    if inner is None:
        return None
    inner.only(("id", "currency", "status", "commitments", *FUND_KEYS))
    if not inner.require("id", "currency"):
        return None
    row = inner.child("commitments")
    commitments = {name: row.money(name) for name in row.data} if row else {}
    return Fund(
        id=inner.text("id") or "", currency=inner.text("currency") or "",
        status=inner.choice("status", FUND_STATUS, "proposed") or "proposed",
        commitments={name: amount for name, amount in commitments.items() if amount is not None},
        terms=fund_terms(inner, list(commitments)),
    )  # fmt: skip
