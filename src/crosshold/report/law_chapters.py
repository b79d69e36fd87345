"""The chapters of the documentation on law: one page per pack of rules, written from the rows and from the situations they are tested in.

``python -m crosshold.report.law_chapters docs/law src/crosshold/law/situations`` writes them again;
a test fails when one is not up to date.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from crosshold.formats.yaml_text import read_file
from crosshold.law import DISCLAIMER
from crosshold.law.book import PACKS, load
from crosshold.law.rule import Rule
from crosshold.law.situation import Situation, of_version, read_situations
from crosshold.law.vocabulary import DUTIES, PREDICATES, VOTE_EFFECTS
from crosshold.report.rule_facts import LETTERS, ROLES, facts, flat, span

NAMES: Mapping[str, str] = {
    "AT": "Austria", "BE": "Belgium", "BR": "Brazil", "CH": "Switzerland", "CN": "China", "DE": "Germany", "ES": "Spain",
    "EU": "European Union", "FR": "France", "HK": "Hong Kong", "IE": "Ireland", "IN": "India", "INT": "Accounting standards",
    "IT": "Italy", "JP": "Japan", "KR": "South Korea", "NL": "Netherlands", "NO": "Norway", "SE": "Sweden", "SG": "Singapore",
    "TW": "Taiwan", "UK": "United Kingdom", "US": "United States",
}  # fmt: skip
"""What a pack is called; one that is not here goes by its code."""
_LIMITED = {
    "none": "no limit", "outside": "not reached", "over": "more than is allowed", "unknown": "unknown", "within": "allowed",
}  # fmt: skip
_CAME = {"lines": "rungs", "flags": "label", "control": "control"}
_BASES = {
    "issued": "all shares issued, own shares too",
    "outstanding": "shares issued less own shares",
    "gross_votes": "votes of all shares but own ones, before any suspension",
    "exercisable_votes": "votes that can be exercised under the law",
    "exercisable_over_gross": "votes the group can exercise, of all votes but those of own shares",
    "theoretical_votes": "gross votes and own shares at base votes",
    "director_votes": "votes for the governing body",
    "open_votes": "the text does not say; read on gross and on exercisable votes",
    "max(.., ..)": "the larger of two",
}


def title(pack: str) -> str:
    """The name of a pack."""
    return NAMES.get(pack, pack)


def chapter(pack: str, rules: Sequence[Rule], situations: Iterable[Situation] = ()) -> str:
    """One page of Markdown: a table of the rules, then each with its text, test, effect, dates, source and situations."""
    rows = sorted(rules, key=lambda rule: (rule.id, rule.start is not None, str(rule.start)))
    tried: dict[str, list[Situation]] = {}
    for situation in situations:
        tried.setdefault(situation.rule, []).append(situation)
    said = [
        f"# {title(pack)}", "", f"{DISCLAIMER} This page is written from the rows of `law/rules/{pack.lower()}.yaml`; do not edit it.", "",
        "| rule | in force | sure | what it is about |", "|---|---|---|---|",
        *(f"| [{r.id}](#{_anchor(r)}) | {span(r)} | {r.confidence} | {_cell(r.title)} |" for r in rows), "",
        f"Sure: {'; '.join(f'{letter} {words}' for letter, words in LETTERS.items())}. {ROLES} "
        "[How the words of a test are read](README.md).", "",
    ]  # fmt: skip
    for rule in rows:
        said += [*_rule(rule), *_tried(rule, tried.get(rule.id, ()), [r for r in rows if r.id == rule.id])]
    return "\n".join(said).rstrip() + "\n"


def contents() -> str:
    """The page that lists the chapters and says how a test is read, from the closed vocabulary."""
    told: list[tuple[str, Mapping[str, str]]] = [
        ("What a test asks", PREDICATES),
        ("What a share is of", _BASES),
        ("What happens to votes", VOTE_EFFECTS),
        ("What somebody must do", DUTIES),
    ]
    said = [
        "# The law, country by country", "", f"{DISCLAIMER} This page and its chapters are written from the rule files; do not edit them.",
        "", *(f"- [{title(pack)}]({pack.lower()}.md)" for pack in sorted(PACKS, key=title)), "",
        "A row is one version of one rule: a test in exact fractions over a named base, what it does, from when to when, by which text, "
        f"and how sure that is ({'; '.join(f'{letter}: {words}' for letter, words in LETTERS.items())}). A part with a letter of its "
        "own is never surer than its row. A test that needs a fact nobody recorded is false, and said to be untested; one with an "
        "unknown input is unknown and takes no vote.", "",
        "In a test I is the company whose meeting it is, H the holder of its shares, X and Y any two parties, Z some further one. "
        "`X + subs(X; DEF)` are X and the companies it controls under the definition DEF, `concert(X)` X with its companies and those "
        "with whom it agreed to vote, `product(X)` multiplies along chains, `blocked` are the parties under sanctions.", "",
    ]  # fmt: skip
    for heading, words in told:
        said += [
            f"## {heading}",
            "",
            "| word | meaning |",
            "|---|---|",
            *(f"| `{w}` | {_cell(m)} |" for w, m in words.items()),
            "",
        ]
    return "\n".join(said).rstrip() + "\n"


def chapters(situations: Path) -> dict[str, str]:
    """Every page by file name, with the situations of a folder."""
    found = {"README.md": contents()}
    for pack in PACKS:
        path = situations / f"{pack.lower()}.yaml"
        rows = read_situations(read_file(path)) if path.exists() else ()
        found[f"{pack.lower()}.md"] = chapter(pack, load(packs=[pack]).rules, rows)
    return found


def _rule(rule: Rule) -> list[str]:
    head = [f"## {_heading(rule)}", "", f"**{rule.title}.** {rule.text}", ""]
    return [*head, *(f"- {key}: {value}" for key, value in facts(rule).items()), ""]


def _tried(rule: Rule, situations: Sequence[Situation], versions: Sequence[Rule]) -> list[str]:
    """The situations that belong to one version: in force that day, or the day before or after its dates."""
    mine = of_version(rule, situations, only_version=len(versions) == 1)
    if not mine:
        return []
    rows = [f"| {row.place} | {row.at} | {_cell(row.say)} | {_cell(_came(row.data['expect']))} |" for row in mine]
    return ["| | on | tested in this situation | so |", "|---|---|---|---|", *rows, ""]


def _came(expect: Mapping[str, Any]) -> str:
    """What must come out, in a few words."""
    said = []
    for key, value in expect.items():
        if key == "silent":
            said.append("; ".join(f"{pair}: {_votes(votes)}" for pair, votes in value.items()) or "no vote is lost")
        elif key in ("holds", "unknown"):
            said.append(
                f"{'met by' if key == 'holds' else 'unknown for'} {', '.join(value)}" if value else "not met" * (key == "holds")
            )
        elif key in ("lines", "flags", "control"):
            parts = [f"{who}: {', '.join(rows)}" for who, rows in value.items() if rows]
            said.append(f"{_CAME[key]} {'; '.join(parts)}" if parts else f"no {_CAME[key]}")
        elif key == "gross":
            said.append("; ".join(f"{pair}: {votes} gross votes" for pair, votes in value.items()))
        elif key == "passes":
            said.append("passes" if value else "does not pass")
        elif key == "quorum":
            said.append("; ".join(f"quorum of {issuer} counted of {number}" for issuer, number in value.items()))
        elif key == "duties":
            said += [_owed(row) for row in value] or ["no duty"]
        elif key == "limit":
            said.append(_LIMITED[value])
        elif key == "majority":
            said.append(str(value))
        elif key == "warns":
            said.append(", ".join(f"`{code}`" for code in value))
    return "; ".join(filter(None, said))


def _owed(duty: Mapping[str, Any]) -> str:
    sells = duty.get("sell_shares")
    return f"{duty.get('party', 'the holder')} sells {sells}" if sells is not None else "a duty"


def _votes(votes: Any) -> str:
    return "no votes" if votes == 0 else f"{votes} votes"


def _heading(rule: Rule) -> str:
    return f"{rule.id}, {span(rule)}"


def _anchor(rule: Rule) -> str:
    """The anchor that Markdown pages give the heading: lower case, blanks to dashes, other marks gone."""
    return "".join(c for c in _heading(rule).lower().replace(" ", "-") if c.isalnum() or c in "-_")


def _cell(text: str) -> str:
    return flat(text).replace("|", "\\|")


def main(target: str, situations: str) -> None:
    """Write every chapter."""
    for name, text in chapters(Path(situations)).items():
        (Path(target) / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:3])
