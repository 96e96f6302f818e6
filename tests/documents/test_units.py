"""Units of evidence: what a document means, told by its structure; nothing of it is lost."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.documents.parsers import parse
from assistant.documents.reading import Reading
from assistant.documents.units.lists import items_of
from assistant.documents.units.tables import worded
from assistant.documents.units.unit import Unit
from assistant.errors import DocumentError
from assistant.library.splitter import split


def units(name: str, text: str) -> list[tuple[str, str]]:
    """Kind and words of each unit of a document."""
    document, _ = parse(Path(name), text.encode())
    found: list[tuple[str, str]] = []
    for passage in split(document):
        reading = Reading(document.text[passage.start : passage.end], passage.start, passage.units)
        found += [(unit.kind, reading.said(unit.span)) for unit in passage.units]
    return found


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        (
            "faq.md",
            "**Is breakfast included?**\nNo, it costs 14 euros.\n\n**Is there a lift?**\nYes.",
            [
                ("answered", "Is breakfast included? No, it costs 14 euros."),
                ("answered", "Is there a lift? Yes."),
            ],
        ),
        (
            "faq.txt",
            "Q: Is there a lift?\nA: Yes. It is small.\nQ: And a garden?\nA: No.",
            [
                ("answered", "Is there a lift? Yes. It is small."),
                ("answered", "And a garden? No."),
            ],
        ),
        (
            "faq.md",
            "## Is there a lift?\n\nYes. It is small.",
            [("answered", "Is there a lift? Yes. It is small.")],
        ),
        (
            "mail.txt",
            "> Shall I turn\n> the water off?\n\nNo, leave it on.\n\n> Do you come on Monday?",
            [
                ("answered", "Shall I turn the water off? No, leave it on."),
                ("question", "Do you come on Monday?"),
            ],
        ),
        (
            "minutes.md",
            "- Who mends the door?\n- Does the lamp work? (Ann asks)\n- When is the fair? In May.",
            [
                ("question", "Who mends the door?"),
                ("question", "Does the lamp work? (Ann asks)"),
                ("answered", "When is the fair? In May."),
            ],
        ),
        (
            "recipe.md",
            "You need:\n\n- 2 eggs\n- [ ] 1 cup of\n  milk\n\n1. Mix. Stir well.\n2. Fry.",
            [
                ("sentence", "You need:"),
                ("item", "2 eggs"),
                ("item", "1 cup of\n  milk"),
                ("item", "Mix."),
                ("item", "Stir well."),
                ("item", "Fry."),
            ],
        ),
        (
            "prices.md",
            "| Room | Price |\n| --- | --: |\n| Attic | 30 |\n| **total** | **1698** |",
            [
                ("header", "| Room | Price |\n| --- | --: |"),
                ("row", "Room: Attic; Price: 30"),
                ("row", "Room: total; Price: 1698"),
            ],
        ),
        (
            "prices.csv",
            "Room,Price\nAttic,30\nCellar,20\n",
            [
                ("header", "Room | Price"),
                ("row", "Room: Attic; Price: 30"),
                ("row", "Room: Cellar; Price: 20"),
            ],
        ),
        (
            "a.yaml",
            'backup:\n  daily: 7\n  keep:\n    weekly_copies: "4"  # months\nname: box\n',
            [
                ("entry", "backup daily: 7"),
                ("entry", "backup keep weekly copies: 4"),
                ("entry", "name: box"),
            ],
        ),
        (
            "a.yaml",
            "inputs:\n  - name: web\n    port: 80\n  - name: mail\n",
            [("row", "name: web; port: 80"), ("row", "name: mail")],
        ),
        (
            "a.ini",
            "[music]\nschedule = sunday\n\n[notes]\nboth = yes\n",
            [("entry", "music schedule: sunday"), ("entry", "notes both: yes")],
        ),
        (
            "a.toml",
            '[tool.box]\nport = 80\nname = "web"\n',
            [("entry", "tool box port: 80"), ("entry", "tool box name: web")],
        ),
        (
            "a.json",
            '{"editor": {"tabSize": 4, "wrap": true}}',
            [("entry", "editor tab size: 4"), ("entry", "editor wrap: true")],
        ),
        (
            "box.txt",
            "BOX(1)\n\nOPTIONS\n       -q, --quiet\n              Print nothing. Be still.\n\n"
            "       -v     Print more,\n              in colour.\n",
            [
                ("sentence", "BOX(1)"),
                ("entry", "-q, --quiet: Print nothing. Be still."),
                ("entry", "-v: Print more, in colour."),
            ],
        ),
        (
            "terms.txt",
            "segment    a closed file\nmark       the time until then",
            [("entry", "segment: a closed file"), ("entry", "mark: the time until then")],
        ),
        (
            "contacts.txt",
            "Name: Ada\nPhone: 0331 55\n\nPoison control: 0551 24",
            [("row", "Name: Ada; Phone: 0331 55"), ("entry", "Poison control: 0551 24")],
        ),
        ("Makefile", "COVERAGE_MIN = 87", [("entry", "coverage min: 87")]),
        (
            "prose.txt",
            "Why did it fail? Nobody knows. It cost 5 euros: too much.",
            [
                ("sentence", "Why did it fail?"),
                ("sentence", "Nobody knows."),
                ("sentence", "It cost 5 euros: too much."),
            ],
        ),
    ],
)
def test_units_are_what_a_document_means(
    name: str, text: str, expected: list[tuple[str, str]]
) -> None:
    assert units(name, text) == expected


def test_headings_of_plain_text_stand_above_what_is_below_them() -> None:
    text = "tool\n====\n\nIt is small.\n\nLimits\n------\n\nNone."
    document, _ = parse(Path("README"), text.encode())
    assert [(p.headings, document.text[p.start : p.end]) for p in split(document)] == [
        (("tool",), "It is small."),
        (("tool", "Limits"), "None."),
    ]
    minutes = "1. Fee\nIt is 84 euros.\n\n2. Trip\nIt was put off."
    document, _ = parse(Path("minutes.txt"), minutes.encode())
    assert [p.headings for p in split(document)] == [("Fee",), ("Trip",)]


def test_a_list_stays_whole_with_what_leads_into_it() -> None:
    items = "".join(
        f"- thing number {n} of a long list of things to take along\n" for n in range(18)
    )
    document, _ = parse(Path("a.md"), f"You need:\n\n{items}\nThat is all.".encode())
    first, *_ = split(document)
    text = document.text[first.start : first.end]
    assert text.startswith("You need:")
    assert "thing number 17" in text


def test_items_are_told_each_once_and_in_order() -> None:
    assert items_of("1. Mix\n   well.\n\n2. Fry.") == ["1. Mix well.", "2. Fry."]
    assert items_of("No dogs.\n\nNo fires\nat night.") == ["No dogs.", "No fires at night."]


def test_keys_are_read_as_words() -> None:
    assert [worded(k) for k in ("tabSize", "tab_size", "a.b[2]", "Day (EUR)", "PYTHON")] == [
        "tab size", "tab size", "a b", "Day (EUR)", "PYTHON",
    ]  # fmt: skip


structured = st.lists(
    st.sampled_from(
        (
            "Is it open?", "Yes. It is.", "- one", "- two: 2", "1. first", "> quoted", "> why?",
            "| a | b |", "| --- | --- |", "| 1 |  |", "key: value", "  deep: [1]", "[part]", "x = 1",
            "-q, --quiet", "       said below", "term   meaning", "# Heading?", "", "", "***", ":",
            "Note: a: b", "\t- tab", "A: yes", "caf\u00e9?", ">", "TITLE", "====", "?", "- [x] done",
        )
    ),
    max_size=14,
)  # fmt: skip


@given(structured, st.sampled_from([".txt", ".md", ".yaml", ".ini", ""]), st.booleans())
def test_the_law_of_units(lines: list[str], suffix: str, windows: bool) -> None:
    """Units lose nothing but white space, lie in order, and lead back to the document's text."""
    text = ("\r\n" if windows else "\n").join(lines)
    try:
        document, _ = parse(Path(f"a{suffix}"), text.encode())
    except DocumentError:
        return
    found = split(document)
    held = {i for p in found for a, b in p.sentences for i in range(a, b)}
    for block in document.blocks:
        if block.kind != "heading":
            visible = (i for i in range(block.start, block.end) if not document.text[i].isspace())
            assert held.issuperset(visible)
    for p in found:
        reading = Reading(document.text[p.start : p.end], p.start, p.units)
        assert p.start == p.units[0].start
        assert p.end == p.units[-1].end
        assert all(a.end <= b.start for a, b in pairwise(p.units))
        assert [Unit.from_json(u.to_json()) for u in p.units] == list(p.units)
        for unit in p.units:
            for run in reading.runs[unit.span]:
                start, end = run.source(run.place)
                assert unit.start <= start < end <= unit.end
                assert reading.text[slice(*run.place)] == run.text


def test_units_in_a_file_from_elsewhere_are_not_believed() -> None:
    for row in (
        [0, 5, "odd", [], None],
        [0, 5, "row", [[0, 9]], None],
        [0, 5, "row", [["a", 2]], None],
    ):
        with pytest.raises((ValueError, TypeError)):
            Unit.from_json(row)
