"""What the reader trains on: windows hold their answers, and what is held out stays out."""

import json
import random
from pathlib import Path

import pytest
from tokenizers import Tokenizer

from assistant import paths
from assistant.errors import AssistantError
from assistant.lab.training import question_forms, reader_data, reader_windows
from assistant.lab.training.split import HeldOut, held_out

TEXT = (
    "The bakery opened in 1931 on Mill Street in the old town of Salzburg. Its founder, Clara "
    "Weiss, had come from Vienna with two brothers and a recipe. The shop burned down in 1954 and "
    "was never rebuilt, though a plaque on the wall of the house still names it to visitors."
)


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    found = Tokenizer.from_file(str(paths.shipped("models") / "all-MiniLM-L6-v2/tokenizer.json"))
    found.no_padding()
    found.no_truncation()
    return found


def file_of(folder: Path, titles: list[str]) -> Path:
    articles = []
    for title in titles:
        answer = {"text": "Clara Weiss", "answer_start": TEXT.index("Clara")}
        paragraphs = [
            {
                "context": TEXT,
                "qas": [{"question": "Who founded the bakery?", "answers": [answer]}],
            },
            {"context": "A bakery sells bread and the baker founded it on flour. " * 5, "qas": []},
        ]
        articles.append({"title": title, "paragraphs": paragraphs})
    path = folder / "set.json"
    path.write_text(json.dumps({"data": articles}))
    return path


def paragraph(tokenizer: Tokenizer, text: str = TEXT) -> reader_windows.Paragraph:
    encoding = tokenizer.encode(text, add_special_tokens=False)
    return reader_windows.Paragraph(text, tuple(encoding.ids), tuple(encoding.offsets), "t")


def test_every_article_is_on_one_side(tmp_path: Path, tokenizer: Tokenizer) -> None:
    titles = [f"article {i}" for i in range(40)]
    path = file_of(tmp_path, titles)
    sides = {
        test: {
            p.article
            for s in reader_data.load([path], tokenizer, HeldOut(), test=test)
            for p in s.paragraphs
        }
        for test in (False, True)
    }
    assert sides[True] == {t for t in titles if held_out(t)}
    assert sides[False] == set(titles) - sides[True]
    assert 2 <= len(sides[True]) <= 14


@pytest.mark.parametrize("seed", range(20))
def test_a_window_marks_the_tokens_of_its_answer(tokenizer: Tokenizer, seed: int) -> None:
    start = TEXT.index("Clara")
    question = tokenizer.encode("Who founded it?", add_special_tokens=False).ids
    row = reader_windows.window(
        question, paragraph(tokenizer), [(start, start + 11)], 40, random.Random(seed)
    )
    assert len(row.ids) <= 40
    assert tokenizer.decode(list(row.ids[row.starts[0] : row.ends[0] + 1])) == "clara weiss"


def test_a_long_answer_may_begin_and_end_at_any_of_its_places(tokenizer: Tokenizer) -> None:
    start, end = TEXT.index("Its founder"), TEXT.index(" The shop")
    row = reader_windows.window([7], paragraph(tokenizer), [(start, end)], 200)
    assert row.starts == row.ends == tuple(range(row.starts[0], row.starts[-1] + 1))
    assert tokenizer.decode([row.ids[i] for i in row.starts]).startswith("its founder, clara")


def test_named_articles_are_held_out_instead_and_whole_files_are_not() -> None:
    titles = [f"article {i}" for i in range(40)]
    usual = HeldOut().of("a", titles)
    assert usual == {t for t in titles if held_out(t)}
    some = HeldOut(titles=("article 3", "x"), whole=("b",))
    assert some.of("a", titles) == {"article 3"}
    assert some.of("b", titles) == frozenset()
    assert some.of("c", [f"text {i}" for i in range(40)]) != frozenset()


def test_an_impossible_question_has_its_own_paragraph_and_no_answer(
    tmp_path: Path, tokenizer: Tokenizer
) -> None:
    path = file_of(tmp_path, ["article 1"])
    data = json.loads(path.read_text())
    asked = {"question": "Who closed the bakery?", "is_impossible": True, "answers": []}
    data["data"][0]["paragraphs"][0]["qas"].append(asked)
    path.write_text(json.dumps(data))
    (found,) = reader_data.load([path], tokenizer, HeldOut(whole=("set",)), test=False)
    (question,) = [q for q in found.questions if not q.answers]
    assert found.paragraphs[question.place].text == TEXT
    for group in reader_data.groups(found, tokenizer, random.Random(1), 2)[1:]:
        assert len(group) == 2
        assert all(row.starts == (0,) for row in group)


def test_all_windows_cover_a_long_paragraph(tokenizer: Tokenizer) -> None:
    long = paragraph(tokenizer, TEXT * 8)
    rows = reader_windows.all_windows([7, 8], long)
    covered = {place - row.shift for row in rows for place in range(4, len(row.ids) - 1)}
    assert covered == set(range(len(long.ids)))
    assert all(row.ids[4] == long.ids[4 - row.shift] for row in rows)


def test_a_paragraph_without_its_answer_has_no_token_of_the_sentence(tokenizer: Tokenizer) -> None:
    start = TEXT.index("Clara")
    rest = reader_windows.without_answer(paragraph(tokenizer), [(start, start + 11)])
    assert rest is not None
    assert "weiss" not in tokenizer.decode(list(rest.ids))
    assert "plaque" in tokenizer.decode(list(rest.ids))


def test_only_the_first_window_of_a_question_may_answer(
    tmp_path: Path, tokenizer: Tokenizer
) -> None:
    path = file_of(tmp_path, [f"article {i}" for i in range(12)])
    (found,) = reader_data.load([path], tokenizer, HeldOut(), test=False)
    for group in reader_data.groups(found, tokenizer, random.Random(3), 2):
        assert all(row.starts == (0,) == row.ends for row in group[1:])


def test_near_misses_lack_the_answer(tmp_path: Path, tokenizer: Tokenizer) -> None:
    (found,) = reader_data.load(
        [file_of(tmp_path, ["article 1", "article 3"])], tokenizer, HeldOut(), test=False
    )
    for question in found.questions:
        texts = [found.paragraphs[i].text for i in question.neighbours]
        assert texts
        assert not any("Clara Weiss" in text for text in texts)


def test_batches_keep_every_question_once() -> None:
    rng = random.Random(5)
    row = [reader_windows.Window((1,) * rng.randrange(20, 200), 3, (0,), (0,)) for _ in range(700)]
    batches = reader_windows.batches([(r,) for r in row], 2000, rng)
    assert sorted(id(g[0]) for b in batches for g in b) == sorted(map(id, row))
    assert all(len(b) * max(len(g[0].ids) for g in b) <= 2000 for b in batches)


def test_a_swap_takes_a_name_that_the_paragraph_lacks() -> None:
    swapped = question_forms.swapped(
        "Where did Clara Weiss live?",
        question_forms.names(TEXT),
        question_forms.names("In the town Otto Kern ran a mill."),
        random.Random(1),
    )
    assert swapped == "Where did Otto Kern live?"


def test_a_question_without_names_is_not_swapped() -> None:
    assert question_forms.swapped("Who ran it?", ["1931"], ["1954"], random.Random(1)) is None


def test_questions_stay_questions_in_every_form() -> None:
    rng = random.Random(2)
    forms = {question_forms.as_people_ask("Who founded the bakery?", TEXT, rng) for _ in range(300)}
    assert {"Who founded the bakery?", "who founded the bakery", "Who founded bakery"} <= forms
    assert all(len(form) > 10 for form in forms)


def test_a_file_of_another_shape_is_said(tmp_path: Path, tokenizer: Tokenizer) -> None:
    path = tmp_path / "x.json"
    path.write_text('{"rows": []}')
    with pytest.raises(AssistantError, match="SQuAD"):
        reader_data.load([path], tokenizer, HeldOut(), test=False)
