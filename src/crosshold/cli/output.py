"""What a command prints: one JSON object or a table on stdout, findings on stderr."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from crosshold.errors import CrossholdError, Finding
from crosshold.model.result import plain

UNSEEN = re.compile("[\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")  # controls, directions, surrogates


def print_json(data: Mapping[str, Any], exact: bool = False) -> None:
    """One JSON object on stdout, in UTF-8 whatever the terminal; characters that steer a terminal, or are none, are escaped."""
    text = json.dumps(plain(data, exact=exact), ensure_ascii=False, indent=2, allow_nan=False)
    text = UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    sys.stdout.buffer.write(text.encode() + b"\n")
    sys.stdout.flush()


def shown(text: str, encoding: str | None) -> str:
    """One line that is safe to print: no control or direction characters from outside, nothing the terminal cannot show."""
    line = "".join(character if character.isprintable() else " " for character in text)
    return line.encode(encoding or "utf-8", "replace").decode(encoding or "utf-8")


def print_lines(lines: Iterable[str]) -> None:
    """Lines of text on stdout."""
    for line in lines:
        print(shown(line, sys.stdout.encoding))


def print_findings(findings: Iterable[Finding]) -> None:
    """Findings on stderr, errors first, each with its cure."""
    rank = {"error": 0, "warning": 1, "note": 2}
    for finding in sorted(dict.fromkeys(findings), key=lambda f: rank[f.level]):
        print(shown(f"{finding.level}: {finding}", sys.stderr.encoding), file=sys.stderr)


def report_failure(error: CrossholdError, as_json: bool) -> None:
    """All findings of a failure on stderr, and with ``--json`` as the one object on stdout too."""
    print_findings(error.findings)
    if as_json:
        print_json({"findings": list(error.findings)})
