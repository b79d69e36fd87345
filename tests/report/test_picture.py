"""The picture in the README is what the renderer draws today, and says in words what its lines mean."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from crosshold.formats.case import read_case
from crosshold.model.register import Register
from crosshold.report.holders import rows_of_ballot
from crosshold.report.picture import picture
from crosshold.report.scene_build import State, build, build_pair
from crosshold.report.story import Story

IMAGE = Path(__file__).parents[2] / "docs" / "images" / "alliance.svg"


def test_the_picture_of_the_readme_is_current(register: Register) -> None:
    assert IMAGE.read_text(encoding="utf-8") == picture(register.at()), "write picture(register.at()) to docs/images/alliance.svg"


def test_it_says_in_words_what_its_lines_mean(register: Register) -> None:
    tree = ElementTree.fromstring(picture(register.at()))
    name = "{http://www.w3.org/2000/svg}"
    shown = [element.text or "" for element in tree.iter(f"{name}text")]
    for words in (
        "15.0 % of shares",
        "no votes (FR-233-31)",
        "presumed control (FR-233-3)",
        "own shares 1.5 %",
        "≈ 20 % (17.5 to 22.5 %)",
    ):
        assert words in shown
    spoken = [element.text or "" for element in tree.iter(f"{name}title")]
    assert "Nissan Finance Co., Ltd. holds 15.0 % of shares of Renault S.A., no votes (FR-233-31)" in spoken
    assert any("dashed line: shares without votes" in line for line in shown)


def test_ranks_come_from_control(story: Story) -> None:
    rank = {node.id: node.rank for node in story.before.nodes}
    assert rank["FS"] == rank["D"] < rank["R"] < rank["N"] < rank["NF"] == rank["M"]
    assert rank["~float>R"] == rank["R"] - 1
    back = [edge.id for edge in story.before.edges if edge.rank_back]
    assert back == ["NF>R"]


def test_before_and_after_share_their_places(story: Story) -> None:
    from crosshold.report.placement import place

    assert story.after is not None
    one, two = place(story.before), place(story.after)
    assert one.boxes == two.boxes
    assert {name: wire.points for name, wire in one.wires.items()} == {name: wire.points for name, wire in two.wires.items()}
    changed = {edge.id: edge.lines for edge in story.after.edges if edge.changed}
    assert changed["R>N"] == ("43.4 → 30.0 %", "control ends")
    assert changed["NF>R"][:1] == ("15.0 → 10.0 %",) and "votes again" in changed["NF>R"][1]
    assert "N>M" not in changed


def test_a_holder_who_leaves_keeps_its_place(register: Register) -> None:
    from crosshold.law.ballot import ballot

    snapshot = register.at()
    gone = snapshot.evolve(lots=[lot for lot in snapshot.lots if lot.holder != "D"])
    states = [State(s, rows_of_ballot(s, ballot(s))) for s in (snapshot, gone)]
    one, two = build_pair(states[0], states[1], titles=("before", "after"))
    assert [node.id for node in one.nodes] == [node.id for node in two.nodes]
    assert next(edge.lines[0] for edge in two.edges if edge.id == "D>R") == "3.1 → 0.0 %"


def test_eighty_parties_are_drawn_and_more_are_declined(tmp_path: Path) -> None:
    for count, drawn in ((79, 80), (90, 0)):  # the issuer is one party more
        lots = ", ".join(f"{{issuer: A, holder: H{n}, shares: 10}}" for n in range(count - 1))
        file = tmp_path / f"{count}.yaml"
        file.write_text(
            f"crosshold: case/1\nat: 2020-01-28\nissuers: {{A: {{issued: 1000}}}}\nlots: [{lots}]\n", encoding="utf-8"
        )
        snapshot = read_case(file).at()
        text = picture(snapshot)
        assert text.count('class="box"') == drawn
        assert ("too many to read" in text) == (drawn == 0)


def test_the_hash_follows_the_content(story: Story, register: Register) -> None:
    state = State(register.at(), story.holders)
    assert build(state, title="a").hash == build(state, title="a").hash != build(state, title="b").hash
