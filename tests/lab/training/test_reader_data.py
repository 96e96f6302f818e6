"""What the reader trains on: windows hold their answers, and what is held out stays out."""

import gzip
import json
import random
from pathlib import Path

import pytest
from tokenizers import Tokenizer

from assistant import paths
from assistant.errors import AssistantError
from assistant.lab.training import question_forms, reader_data, reader_windows, support_data
from assistant.lab.training.reader_windows import LABELS
from assistant.lab.training.split import held_out

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
                "qas": [{"id": "a", "question": "Who founded the bakery?", "answers": [answer]}],
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
            p.article for s in reader_data.load([path], tokenizer, test=test) for p in s.paragraphs
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


def add_question(path: Path, **fields: object) -> None:
    data = json.loads(path.read_text())
    data["data"][0]["paragraphs"][0]["qas"].append(fields)
    path.write_text(json.dumps(data))


EVERYTHING = reader_data.Mix(negatives=1, swapped=0, without_answer=0)


def test_an_impossible_question_has_its_own_paragraph_and_no_answer(
    tmp_path: Path, tokenizer: Tokenizer
) -> None:
    path = file_of(tmp_path, ["article 1"])
    add_question(path, question="Who closed the bakery?", is_impossible=True, answers=[])
    (found,) = reader_data.load([path], tokenizer, test=False)
    (question,) = [q for q in found.questions if not q.answers]
    assert found.paragraphs[question.place].text == TEXT
    for (group,) in reader_data.items(found, tokenizer, random.Random(1), 1, EVERYTHING)[1:]:
        assert len(group) == 2
        assert all(row.starts == (0,) for row in group)


def test_a_near_miss_comes_beside_its_twin_on_the_same_window(
    tmp_path: Path, tokenizer: Tokenizer
) -> None:
    path = file_of(tmp_path, ["article 1"])
    asked = "Who closed the bakery?"
    add_question(path, id="b", twin="a", question=asked, is_impossible=True, answers=[])
    (found,) = reader_data.load([path], tokenizer, test=False)
    assert [q.near_misses for q in found.questions] == [(asked,)]
    for seed in range(20):
        rng = random.Random(seed)
        ((own, (beside,)),) = reader_data.items(found, tokenizer, rng, 0, EVERYTHING)
        row = own[0]
        assert row.starts != (0,) == beside.starts
        text = row.ids[row.question_tokens + 2 :]
        assert beside.ids[beside.question_tokens + 2 :] == text
        assert beside.shift - row.shift == beside.question_tokens - row.question_tokens
        assert "closed" in tokenizer.decode(list(beside.ids[: beside.question_tokens + 1]))


def test_an_answer_whose_place_was_guessed_may_stand_anywhere(
    tmp_path: Path, tokenizer: Tokenizer
) -> None:
    path = file_of(tmp_path, ["article 1"])
    guessed = {"text": "the", "answer_start": TEXT.index("the old")}
    add_question(path, question="Which?", answers=[guessed], answer_start_is_guessed=True)
    (found,) = reader_data.load([path], tokenizer, test=False)
    texts = [TEXT[a:b] for a, b in found.questions[1].answers]
    assert texts == ["the"] * 3


def test_statements_of_a_file_are_on_one_side(tmp_path: Path, tokenizer: Tokenizer) -> None:
    rows = [
        {"statement": "It is old.", "evidence": f"It was {i}.", "label": label, "source": "s"}
        for i in range(60)
        for label in ("supported", "contradicted", "not_enough")
    ]
    path = tmp_path / "support.jsonl.gz"
    path.write_bytes(gzip.compress("\n".join(map(json.dumps, rows)).encode()))
    sides = [reader_data.statements(path, tokenizer, test=test)["s"] for test in (False, True)]
    assert sum(map(len, sides)) == 180
    assert 3 <= len(sides[1]) <= 45
    learned, tested = ({item[0][0].ids for item in side} for side in sides)
    assert not learned & tested
    assert [item[0][0].label for item in sides[0][:3]] == [0, 1, 2]


def test_statements_are_made_of_questions(tmp_path: Path, tokenizer: Tokenizer) -> None:
    path = file_of(tmp_path, ["article 1"])
    asked = "Who sold the bakery?"
    add_question(path, id="b", twin="a", question=asked, is_impossible=True, answers=[])
    (found,) = reader_data.load([path], tokenizer, test=False)
    made = {
        (tokenizer.decode(list(row.ids[1 : row.question_tokens + 1])), row.label)
        for seed in range(40)
        for ((row,),) in support_data.items(found, tokenizer, random.Random(seed), 1)
    }
    assert ("clara weiss founded the bakery.", LABELS.index("supported")) in made
    assert ("clara weiss sold the bakery.", LABELS.index("not_supported")) in made


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
    (found,) = reader_data.load([path], tokenizer, test=False)
    mix = reader_data.Mix(negatives=2, swapped=0.5, without_answer=0.5)
    for item in reader_data.items(found, tokenizer, random.Random(3), 1, mix):
        assert all(row.starts == (0,) == row.ends for group in item[1:] for row in group)
        assert all(row.starts == (0,) == row.ends for row in item[0][1:])


def test_near_misses_lack_the_answer(tmp_path: Path, tokenizer: Tokenizer) -> None:
    (found,) = reader_data.load(
        [file_of(tmp_path, ["article 1", "article 3"])], tokenizer, test=False
    )
    for question in found.questions:
        texts = [found.paragraphs[i].text for i in found.neighbours(question)]
        assert texts
        assert not any("Clara Weiss" in text for text in texts)


def test_batches_keep_every_question_once() -> None:
    rng = random.Random(5)
    row = [reader_windows.Window((1,) * rng.randrange(20, 200), 3, (0,), (0,)) for _ in range(700)]
    batches = reader_windows.batches([((r,),) for r in row], 2000, rng)
    assert sorted(id(i[0][0]) for b in batches for i in b) == sorted(map(id, row))
    assert all(len(b) * max(len(i[0][0].ids) for i in b) <= 2000 for b in batches)


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
        reader_data.load([path], tokenizer, test=False)
