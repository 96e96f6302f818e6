"""Sums, counts, means, the least and the most over a column: exact, with the rows and the sum."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from assistant.answering.answer import Answer
from assistant.answering.pipeline import Answerer
from assistant.answering.tables import amount, tables
from assistant.assistant import Assistant

PRICES = """# Price list of the bicycle shop

| Service | Price (EUR) | Minutes |
| --- | --- | --- |
| Wheel truing | 28 | 35 |
| Small inspection | 69 | 60 |
| Large inspection | 129 | 120 |
| Gear adjustment | 24 | 25 |

All prices include tax.
"""
STOCK = "Item,Quantity,Minimum\nChain 9-speed,14,10\nChain 11-speed,6,10\nBrake pads,38,20\n"
MEMBERS = "Name,Voice,Joined\nAda Lind,alto,2014\nBo Ernst,tenor,1998\nCleo Falk,alto,2020\n"
ATOMS = "Sample,Atoms\nIron,999999999999999999999999999999\nTin,1\nLead,0.000000000000000001\n"
BILL = "Item,Cost\nOven,780\nTiles,640\nTotal,1420\n"


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answerer]:
    home = tmp_path_factory.mktemp("tables")
    files = {
        "prices.md": PRICES,
        "stock.csv": STOCK,
        "choir-members.csv": MEMBERS,
        "bill.csv": BILL,
        "assay.csv": ATOMS,
    }
    for name, text in files.items():
        (home / name).write_text(text, encoding="utf-8")
    with Assistant(model="none", folder=home / "library") as assistant:
        list(assistant.library.add([str(home / name) for name in files]))
        yield assistant.answerer()


@pytest.mark.parametrize(
    ("question", "lead"),
    [
        ("what is the average duration of the services?", "60: the mean of Minutes, 240 / 4."),
        (
            "sum of the atoms of the samples",
            "1000000000000000000000000000000.000000000000000001: the sum of Atoms over 3 rows"
            " (999999999999999999999999999999 + 1 + 0.000000000000000001).",
        ),
        (
            "average atoms of the samples",
            "333333333333333333333333333333.33: the mean of Atoms,"
            " 1000000000000000000000000000000.000000000000000001 / 3.",
        ),
        (
            "total quantity of chains in stock",
            "20: the sum of Quantity over 2 rows (14 + 6).",
        ),
        (
            "how many altos are in the choir?",
            "2 of 3 rows in choir-members.csv: Ada Lind, Cleo Falk.",
        ),
        (
            "what's the cheapest service?",
            "Gear adjustment: 24, the least in Price (EUR) of 4 rows.",
        ),
        (
            "What is the cheapest inspection?",
            "Small inspection: 69, the least in Price (EUR) of 2 rows.",
        ),
        ("who joined the choir first?", "Bo Ernst: 1998, the first in Joined of 3 rows."),
        ("which items are below their minimum?", "Chain 11-speed: Quantity < Minimum, 1 row."),
        (
            "which services cost more than 50 euros?",
            "Small inspection, Large inspection: Price (EUR) > 50, 2 rows.",
        ),
        ("how many minutes does a large inspection take?", "120: Minutes, Large inspection."),
    ],
)
def test_a_column_is_calculated_and_its_rows_are_cited(
    asking: Answerer, question: str, lead: str
) -> None:
    answer = asking.complete(question)
    assert (answer.kind, answer.lead) == ("calculation", lead)
    assert answer.citations
    _quotes_stand(asking, answer)


@pytest.mark.parametrize(
    "question",
    [
        "What is the first step of the repair?",
        "Who is the oldest member of the choir?",
        "What is the longest river in Africa?",
        "total weight of the items in stock",
        "average age of the choir members",
        "Is the large inspection more than 100 euros?",
        "What is the total cost of the oven and the tiles?",  # stands there
    ],
)
def test_what_no_column_has_is_not_calculated(asking: Answerer, question: str) -> None:
    assert asking.complete(question).kind != "calculation"


def test_rows_stand_where_their_spans_say() -> None:
    (table,) = tables(PRICES)
    assert table.names == ("Service", "Price (EUR)", "Minutes")
    assert [PRICES[slice(*row.span)] for row in table.rows][:1] == ["| Wheel truing | 28 | 35 |"]
    assert table.amounts == [1, 2]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1,215", "1215"),
        ("29,90 \u20ac", "29.90"),
        ("4.6", "4.6"),
        ("12 euros", "12"),
        ("0170 555 0129", None),
        ("2 August", None),
        ("first floor", None),
        ("9" * 30, "9" * 30),
        ("9" * 31, None),
    ],
)
def test_amounts_of_cells(cell: str, value: str | None) -> None:
    assert amount(cell) == (None if value is None else Decimal(value))


def _quotes_stand(asking: Answerer, answer: Answer) -> None:
    for citation in answer.citations:
        text = asking.library.document_store.text(citation.source)
        assert text[slice(*citation.span)] == citation.quote
