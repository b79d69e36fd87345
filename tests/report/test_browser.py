"""The page in a real browser: it is drawn, on a wide and a narrow screen, and never wider than the screen."""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
from html import escape
from pathlib import Path

import pytest

from crosshold.report.html import page
from crosshold.report.story import Story

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")]
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--hide-scrollbars",
)  # fmt: skip


def chromium(profile: Path, *arguments: str) -> str:
    command = [str(CHROMIUM), *FLAGS, f"--user-data-dir={profile}", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=90, check=True).stdout


def test_the_page_is_drawn(story: Story, tmp_path: Path) -> None:
    file, picture = tmp_path / "story.html", tmp_path / "story.png"
    file.write_text(page(story), encoding="utf-8")
    chromium(tmp_path / "profile", "--window-size=1200,2400", f"--screenshot={picture}", file.as_uri())
    data = picture.read_bytes()
    assert data.startswith(b"\x89PNG")
    assert struct.unpack(">II", data[16:24]) == (1200, 2400)
    assert len(data) > 100_000  # an empty page is a few kilobytes


@pytest.mark.parametrize("width", [390, 1200])
def test_the_page_is_never_wider_than_the_screen(story: Story, tmp_path: Path, width: int) -> None:
    inner = re.sub(r"<meta http-equiv=[^>]*>", "", page(story))  # the page forbids scripts; this test needs one beside it
    script = (
        "onload=()=>{const d=document.getElementById('f').contentDocument,w=d.documentElement.scrollWidth;"
        "const cut=[...d.querySelectorAll('h1,h2,h3,p,li,dd')].filter(e=>e.scrollWidth>e.clientWidth+1).length;"
        "document.body.dataset.found=w+' '+cut}"
    )
    file = tmp_path / "frame.html"
    frame = f'<iframe id="f" style="width:{width}px;height:900px;border:0" srcdoc="{escape(inner)}"></iframe>'
    file.write_text(f"<!DOCTYPE html><meta charset=utf-8><body>{frame}<script>{script}</script></body>", encoding="utf-8")
    dom = chromium(tmp_path / "profile", "--virtual-time-budget=4000", "--dump-dom", file.as_uri())
    found = re.search(r'data-found="(\d+) (\d+)"', dom)
    assert found is not None
    assert int(found[1]) <= width
    assert found[2] == "0"


def test_words_fit_the_boxes_they_are_drawn_in(story: Story, tmp_path: Path) -> None:
    """The room reserved for text is enough for the fonts of this machine: no text leaves its picture."""
    inner = re.sub(r"<meta http-equiv=[^>]*>", "", page(story))
    script = (
        "onload=()=>{let bad=[];document.querySelectorAll('svg').forEach(s=>{const v=s.viewBox.baseVal;"
        "s.querySelectorAll('text').forEach(t=>{if(t.getAttribute('transform'))return;const b=t.getBBox(),m=t.getCTM(),n=s.getCTM();"
        "const x=b.x+(m.e-n.e)/n.a,y=b.y+(m.f-n.f)/n.d;"
        "if(x<-1||y<-1||x+b.width>v.width+1||y+b.height>v.height+1)bad.push(t.textContent)})});"
        "document.body.dataset.found=bad.length+' '+bad.join('|')}"
    )
    file = tmp_path / "probe.html"
    file.write_text(inner.replace("</body>", f"<script>{script}</script></body>"), encoding="utf-8")
    dom = chromium(tmp_path / "profile", "--window-size=1300,900", "--virtual-time-budget=4000", "--dump-dom", file.as_uri())
    found = re.search(r'data-found="(\d+) ([^"]*)"', dom)
    assert found is not None
    assert found[1] == "0", found[2]
