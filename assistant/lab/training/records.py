"""Everyday texts made from word lists: records, tables, settings, and rules that allow or forbid.

People keep such texts and no public set of questions has them. A question comes with a twin that
the same text does not answer (another thing, or a field that this one lacks), as in SQuAD 2.0; a
rule comes with statements that it supports, contradicts, or says nothing of.
"""

import random
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.lab.training.plan import RECORDS, RECORDS_SEED
from assistant.lab.training.reader_data import Question, QuestionSet, statement_window
from assistant.lab.training.reader_windows import LABELS, Item

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_WORDS = Path(__file__).with_name("records.toml")
_TEXTS = 1500
_RULES = 1500
# One text in so many is kept to check on.
_TESTED_ONE_IN = 12
_MONTHS = "January March April June July September October December".split()
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday".split()
# The column that names the thing of a row, and the word list that it is drawn from.
_TABLES = {
    "contact": ("Role", "role"),
    "goods": ("Item", "item"),
    "appliance": ("Device", "device"),
    "budget": ("Category", "category"),
    "lessons": ("Subject", "subject"),
    "trips": ("Destination", "town"),
}


Words = Mapping[str, Any]


def questions(tokenizer: "Tokenizer", *, test: bool) -> QuestionSet:
    """Records, tables and settings with their questions, the same on every run."""
    rng = random.Random(f"{RECORDS} {RECORDS_SEED}")
    words = _words()
    found = QuestionSet(RECORDS)
    for number in range(_TEXTS):
        text, asked = rng.choice((_records, _records, _settings))(words, rng)
        if (number % _TESTED_ONE_IN == 0) is not test:
            continue
        place = found.add(text, f"{RECORDS} {number}", tokenizer)
        for question, start, end, near_misses in asked:
            found.questions.append(Question(question, ((start, end),), place, near_misses))
            found.questions += [Question(miss, (), place) for miss in near_misses]
    return found


def statements(tokenizer: "Tokenizer", *, test: bool) -> list[Item]:
    """Statements and questions on rules, each beside a text, the same on every run."""
    rng = random.Random(f"{RECORDS} rules {RECORDS_SEED}")
    words = _words()
    found: list[Item] = []
    for number in range(_RULES):
        said = list(rng.choice((_permissions, _permissions, _facts))(words, rng))
        if (number % _TESTED_ONE_IN == 0) is test:
            found += [
                ((statement_window(claim, text, LABELS.index(label), tokenizer),),)
                for claim, text, label in said
            ]
    return found


def _words() -> Words:
    return tomllib.loads(_WORDS.read_text(encoding="utf-8"))


def _value(kind: str, words: Words, rng: random.Random) -> str:
    """A value of a kind that records.toml names, such as "money"."""
    number = rng.randint
    person = f"{rng.choice(words['first'])} {rng.choice(words['last'])}"
    makers: dict[str, Callable[[], str]] = {
        "phone": lambda: f"0{number(30, 999)} {number(10000, 9999999)}",
        "email": lambda: f"{person.split()[1].lower()}@{rng.choice(words['town']).lower()}.example",
        "room": lambda: rng.choice((f"{number(1, 4)}.{number(1, 30):02}", f"B{number(1, 40)}")),
        "hours": lambda: f"{rng.choice(_DAYS)}, {number(7, 11)} to {number(12, 18)}",
        "year": lambda: str(number(1990, 2025)),
        "money": lambda: rng.choice(
            (
                f"{number(3, 900)} euros",
                f"{number(1, 99)}.{number(10, 99)} €",
                f"${number(5, 4000)}",
            )
        ),
        "amount": lambda: (
            f"{number(2, 60)} {rng.choice(('bags', 'boxes', 'kg', 'rolls', 'units'))}"
        ),
        "firm": lambda: (
            f"{rng.choice(words['last'])} {rng.choice(('Ltd', 'GmbH', '& Sons', 'Inc'))}"
        ),
        "date": lambda: rng.choice(
            (
                f"{number(1, 28)} {rng.choice(_MONTHS)} {number(2018, 2027)}",
                f"{number(2018, 2027)}-{number(1, 12):02}-{number(1, 28):02}",
            )
        ),
        "weight": lambda: f"{number(2, 90)} kg",
        "colour": lambda: str(rng.choice(words["colour"])),
        "shelf": lambda: f"{rng.choice('ABCDE')}{number(1, 20)}",
        "serial": lambda: f"{rng.choice('ABKMX')}{rng.choice('QRT')}-{number(10000, 999999)}",
        "power": lambda: f"{number(2, 30) * 100} W",
        "person": lambda: person,
        "day": lambda: rng.choice(_DAYS),
        "time": lambda: f"{number(6, 20)}:{rng.choice(('00', '15', '30', '45', '07', '52'))}",
        "small": lambda: str(number(1, 40)),
        "number": lambda: str(number(1, 80) * 16),
        "port": lambda: str(number(1000, 60000)),
        "duration": lambda: f"{number(1, 9)} h {number(1, 59)} min",
        "level": lambda: rng.choice(("debug", "info", "warning", "error")),
        "host": lambda: f"{rng.choice(words['section'])}{number(1, 9)}.example.org",
        "login": lambda: f"{rng.choice(words['section'])}-{rng.choice(('svc', 'bot', 'user'))}",
        "folder": lambda: f"/{rng.choice(('srv', 'var', 'data'))}/{rng.choice(words['section'])}",
        "language": lambda: rng.choice(("en", "de", "fr", "Spanish", "Dutch")),
    }
    return makers[kind]()


_Asked = list[tuple[str, int, int, tuple[str, ...]]]


def _records(words: Words, rng: random.Random) -> tuple[str, _Asked]:
    """A table or a list of records: some of the columns, some cells of them empty."""
    table = rng.choice(tuple(_TABLES))
    name_of, listed = _TABLES[table]
    columns = dict(words["column"][table])
    here = rng.sample(sorted(columns), rng.randint(2, min(4, len(columns))))
    things = rng.sample(words[listed], rng.randint(2, 7) + 1)
    away = things.pop()
    people = table == "contact"
    before = "\n" if rng.random() < 0.5 else " "
    text = rng.choice(("", f"{table.capitalize()}\n\n", f"Our {table}, as of {_year(rng)}:\n"))
    asked: _Asked = []
    for thing in things:
        text += rng.choice(("", "- ")) if before == "\n" else ""
        if people:
            text += f"Name: {_value('person', words, rng)}; "
        text += f"{name_of}: {thing}"
        has = [c for c in here if rng.random() < 0.85]
        for column in has:
            value = _value(words["kinds"][column], words, rng)
            text += f"; {column}: "
            start = len(text)
            text += value
            form = rng.choice(columns[column])
            misses = [form.format(e=away)]
            lacking = sorted(set(columns) - set(has))
            if lacking:
                misses.append(rng.choice(columns[rng.choice(lacking)]).format(e=thing))
            asked.append((form.format(e=thing), start, len(text), tuple(misses)))
        text += "\n" if before == "\n" else rng.choice(("\n", ". "))
    return text, _drawn(asked, rng)


def _settings(words: Words, rng: random.Random) -> tuple[str, _Asked]:
    """Keys under their sections, as the product puts a configuration in words."""
    sections = rng.sample(words["section"], rng.randint(2, 4) + 1)
    away = sections.pop()
    arrow = rng.choice((" ", " > ", ": "))
    text, asked = "", _Asked()
    for section in sections:
        own = rng.sample(words["setting"], rng.randint(2, 4))
        for setting in own:
            text += f"{section}{arrow}{setting['key']}: "
            start = len(text)
            text += _value(setting["value"], words, rng)
            end = len(text)
            text += "\n"
            form = rng.choice(setting["ask"])
            other = rng.choice([s for s in words["setting"] if s not in own])
            misses = [rng.choice(other["ask"]).format(s=section)]
            if "{s}" in form:
                misses.append(form.format(s=away))
            asked.append((form.format(s=section), start, end, tuple(misses)))
    return text, _drawn(asked, rng)


def _drawn(asked: _Asked, rng: random.Random) -> _Asked:
    """Three of the questions, each with the mark of its twins: that must not tell them apart."""
    drawn = []
    for question, start, end, misses in rng.sample(asked, min(3, len(asked))):
        mark = rng.choice(("", "?"))
        drawn.append((question + mark, start, end, tuple(miss + mark for miss in misses)))
    return drawn


def _year(rng: random.Random) -> int:
    return rng.randint(2015, 2026)


def _cased(question: str, rng: random.Random) -> str:
    """As people type: with or without a capital and a mark."""
    if rng.random() < 0.5:
        question = question[:1].upper() + question[1:]
    return question + ("?" if rng.random() < 0.5 else "")


def _permissions(words: Words, rng: random.Random) -> Iterator[tuple[str, str, str]]:
    """Claims on a rule, with the text that it stands in and what the text says of them."""
    action, other, third = rng.sample(words["action"], 3)
    place, elsewhere = rng.sample(words["place"], 2)
    allows = rng.random() < 0.5
    # A rule without a place holds everywhere.
    held = place if rng.random() < 0.75 else ""
    rules = words["rules"]
    either = rules["allowed" if allows else "forbidden"]
    forms = [form for form in either if held or "{Place}" not in form]
    rule = _said(rng.choice(forms), action, held, wide=rng.random() < 0.3)
    beside = [
        _said(rng.choice(rules["allowed"] + rules["forbidden"]), a, p, wide=False)
        for a, p in ((other, place), (third, elsewhere))
    ][: rng.randint(0, 2)]
    sentences = [rule, *beside]
    rng.shuffle(sentences)
    text = rng.choice((" ", "\n- ")).join(sentences)
    claim = rng.choice(rules["asked_if_allowed"])
    yes = "supported" if allows else "contradicted"
    no = "contradicted" if allows else "supported"
    yield _cased(_said(claim, action, place), rng), text, yes
    if rng.random() < 0.3:
        contrary = rng.choice(rules["asked_if_forbidden"])
        yield _cased(_said(contrary, action, place), rng), text, no
    # Nothing is said of another thing, nor of another place.
    missing = rng.choice([a for a in words["action"] if a not in (action, other, third)])
    if missing["forms"][5] != action["forms"][5]:
        yield _cased(_said(claim, missing, place), rng), text, "not_enough"
    if held and rng.random() < 0.5:
        away = rng.choice([p for p in words["place"] if p not in (place, elsewhere)])
        yield _cased(_said(claim, action, away), rng), text, "not_enough"


def _said(form: str, action: Words, place: str, *, wide: bool = False) -> str:
    base, ger, pp, obj, objs, wider = action["forms"]
    if wide:
        obj = objs = wider
    parts = {"base": base, "ger": ger, "pp": pp, "obj": obj, "objs": objs, "place": place}
    parts |= {name.capitalize(): said[:1].upper() + said[1:] for name, said in parts.items()}
    return " ".join(form.format(**parts).split()).replace(" .", ".")


def _facts(words: Words, rng: random.Random) -> Iterator[tuple[str, str, str]]:
    """Questions that a sentence answers with yes or no, and ones on another thing."""
    fact = rng.choice(words["fact"])
    yes, no = fact["yes"], fact["no"]
    thing, other, away = rng.sample(words[fact["of"]], 3)
    program, day = rng.choice(words["program"]), rng.choice(_DAYS)

    def said(form: str, x: str) -> str:
        price = _value("money", words, rng)
        return form.format(x=x, X=x[:1].upper() + x[1:], p=program, d=day, m=price)

    supports = rng.random() < 0.5
    sentences = [said(yes if supports else no, thing)]
    if rng.random() < 0.6:
        sentences.append(said(rng.choice((yes, no)), other))
    rng.shuffle(sentences)
    text = " ".join(sentences)
    yield _cased(said(fact["ask"], thing), rng), text, "supported" if supports else "contradicted"
    yield _cased(said(fact["ask"], away), rng), text, "not_enough"
