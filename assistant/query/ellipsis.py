"""Fragments and bare question words, put into the place that they have in the last question."""

import re
from collections.abc import Sequence

from assistant.language.answer_types import answer_type
from assistant.language.lexicon import AUXILIARIES, NUMBER_WORDS
from assistant.query.anaphora import PREPOSITION
from assistant.query.antecedents import named_answer
from assistant.query.mentions import Mention, content, mentions, name_texts, question_words
from assistant.query.turn import Turn

_YEAR = re.compile(r"\b(?:1\d|20)\d\ds?\b")
_NUMBERS = list(NUMBER_WORDS)[:11]
_AWAY = re.compile(
    rf"(?:in\s+)?(?:the\s+)?(?P<first>next|following|previous)?\s*(?:a\s+|an\s+)?"
    rf"(?:(?P<number>{'|'.join(_NUMBERS)}|\d+)\s+)?(?P<unit>years?|decades?)\s*"
    r"(?P<way>later|after|afterwards|before|earlier)?$",
    re.IGNORECASE,
)
_NOT = re.compile(r"^not\s+(.+?),?\s+(?:but\s+)?(?=\S+$|[A-Z]|the )(.+)$", re.IGNORECASE)
_ONE = re.compile(r"^(?:the\s+)?(?!other\b)(\S.*?)\s+ones?$", re.IGNORECASE)
_OTHER = re.compile(
    r"^(?:in |at |on |from |about )?the other\b\s*(?:one\b)?\s*(.*)$", re.IGNORECASE
)


def re_asked(asking: str, last: Turn) -> str:
    """The last question with other words that ask: "When?" after "Who took Gharyan?"."""
    before, rest = question_words(last.question)
    tail = rest.rstrip("?!. ")
    if not before:
        is_yes_no = tail.split(" ")[0].lower() in AUXILIARIES
        return f"{asking} {tail[:1].lower() if is_yes_no else tail[:1]}{tail[1:]}"
    named = named_answer(last)
    first = tail.split()[0].lower() if tail else ""
    asked = asking or before
    if first in AUXILIARIES and not _same_subject(before, tail):
        gap = " ".join(content(before)) if " " in before else ""
        filler = named if answer_type(last.question) in {"person", "place", "other"} else ""
        if not filler or before.lower() in {"when", "where", "why", "how"}:
            filler = gap if gap and not before.lower().startswith("how") else ""
        return f"{asked} {tail}{f' ({filler})' if filler else ''}"
    someone = named or "it"
    if first in {"is", "was", "are", "were"}:
        return f"{asked} {first} {someone} {tail.partition(' ')[2]}"
    return f"{asked} was it that {someone} {tail}"


def substituted(fragment: str, last: Turn, passed_over: int = 0) -> str:
    """The last question with the fragment in the place of what it is another of.

    Not in the `passed_over` likeliest places.
    """
    question = last.question.rstrip("?!. ")
    if (denied := _NOT.match(fragment)) and denied[1].lower() in question.lower():
        return re.sub(re.escape(denied[1]), denied[2], question, flags=re.IGNORECASE)
    if (year := _year_away(fragment, last)) and (changed := _YEAR.sub(year, question, count=1)):
        return changed if changed != question else f"{question} in {year}"
    if same := re.search(_same_numbered(fragment), question, re.IGNORECASE):
        return f"{question[: same.start()]}{fragment}{question[same.end() :]}"
    preposition = PREPOSITION.match(fragment)
    bare = fragment[preposition.end() :] if preposition else fragment
    if _YEAR.fullmatch(bare) or re.fullmatch(r"[\d.,]+", bare):
        return _with_number(question, fragment, bare)
    if (other := _ONE.match(bare)) and (kind := _described(question)):
        article, _, rest = kind.text.split(maxsplit=2)
        return f"{question[: kind.start]}{article} {other[1]} {rest}{question[kind.end :]}"
    slot = _slot(question, bare, preposition[1].lower() if preposition else "", passed_over)
    if slot is not None:
        return f"{question[: slot[0]]}{bare}{question[slot[1] :]}"
    if preposition:
        return f"{question} {fragment[:1].lower()}{fragment[1:]}"
    return f"{question} ({fragment})"


def _year_away(fragment: str, last: Turn) -> str:
    """The year that "a year later" or "the year before" comes to, from the last one named."""
    found = _AWAY.match(fragment)
    years = re.findall(r"\b(?:1\d|20)\d\d\b", f"{last.found} {last.question}")
    if not found or not years:
        return ""
    number = found["number"] or "one"
    by = _NUMBERS.index(number) if number in _NUMBERS else int(number) if number.isdigit() else 1
    by *= 10 if found["unit"].startswith("decade") else 1
    back = (found["way"] or found["first"] or "").lower() in {"earlier", "before", "previous"}
    return str(int(years[-1]) + (-by if back else by))


def _same_numbered(fragment: str) -> str:
    """A pattern of the same thing with another number: "article 102" for "article 34"."""
    found = re.match(r"(?:the\s+)?([a-z]{3,})\s+\d[\w().]*$", fragment, re.IGNORECASE)
    return rf"\b{re.escape(found[1])}\s+\d[\w().]*" if found else r"(?!)"


def other_than(fragment: str, history: Sequence[Turn]) -> str:
    """The last question about the other of two that were spoken of; "" if the fragment is none."""
    if not (found := _OTHER.match(fragment)):
        return ""
    last = history[-1]
    used = {name.lower() for name in name_texts(last.question)}
    noun = found[1].lower()
    if not used and (named := named_answer(last)):
        return f"{last.question.rstrip('?!. ')}, other than {named}"
    back = list(reversed(history))
    asked = [name for turn in back for name in (*name_texts(turn.question), named_answer(turn))]
    for name in (*asked, *(name for turn in back for name in name_texts(turn.answer))):
        if name and not any(name.lower() in u or u in name.lower() for u in used):
            return substituted(name, last)
    return f"{last.question.rstrip('?!. ')} (the other {noun or 'one'})"


def _with_number(question: str, fragment: str, bare: str) -> str:
    pattern = _YEAR if _YEAR.fullmatch(bare) else re.compile(r"\b\d[\d.,]*\b")
    if pattern.search(question):
        return pattern.sub(bare, question, count=1)
    return f"{question} {fragment if fragment != bare else f'in {bare}'}"


def _described(question: str) -> Mention | None:
    """The last thing of the question that is told from others of its kind: "the front wheel"."""
    told = [m for m in mentions(question) if not m.is_name and len(m.text.split()) > 2]
    return told[-1] if told else None


def _slot(question: str, new: str, preposition: str, passed_over: int) -> tuple[int, int] | None:
    """The span of the question that the new phrase replaces: of its form, in its place."""
    said = mentions(question)
    if preposition:
        for m in said:
            before = question[: m.start].lower().split()
            before = before[:-1] if before and before[-1] == "the" else before
            if before and before[-1] == preposition:
                return m.start, m.end
        placed = [m for m in said if m.placed]
        return (placed[-1].start, placed[-1].end) if placed and preposition != "by" else None
    owned = re.search(r"[\w'\u2019]+['\u2019]s\s+[^?.,]+", question)
    if owned and re.search(r"['\u2019]s?\s", new):
        return owned.start(), owned.end()
    if (counted := re.match(r"\s*how (?:many|much)\s+", question, re.IGNORECASE)) and not (
        new[:1].isupper() or new.lower().startswith("the ")
    ):
        asking, _ = question_words(question)
        return counted.end(), len(question) - len(question.lstrip()) + len(asking)
    return _like(said, question, new, passed_over)


def _like(
    said: Sequence[Mention], question: str, new: str, passed_over: int
) -> tuple[int, int] | None:
    """The mention most like the new phrase: a name for a name, the subject before others."""
    is_name = bool(name_texts(new)) or new[:1].isupper()
    head = new.rsplit(maxsplit=1)[-1].lower()
    for m in said:  # "the Corliss engine" for "the Watt engine"
        if m.text.lower().endswith(f" {head}") or m.text.lower() == head:
            return _determined(m, question, new)
    determined = re.match(r"(?:the|a|an|his|her|its|their)\b", new, re.IGNORECASE)
    place = None if is_name or determined else _bare_noun(question, new)
    if place is not None:
        return place
    free = [m for m in said if not m.placed] or list(said)
    same = [m for m in free if m.is_name == is_name] or free
    left = same[passed_over : passed_over + 1]
    return _determined(left[0], question, new) if left else None


def _bare_noun(question: str, new: str) -> tuple[int, int] | None:
    """A plain noun's place: what shares its stem ("graduates", "undergraduates"), else a plural."""
    asking, rest = question_words(question)
    offset = len(question) - len(rest)
    if asking.lower().split()[-1:] in (["which"], ["what"]):
        # "which key shows": its noun and the verb
        offset += len((re.match(r"\s*[\w'\u2019-]+\s+[\w'\u2019-]+", rest) or [""])[0])
    own = [
        w
        for w in re.finditer(r"(?<!\w)[a-z][\w'\u2019-]+", question[offset:])
        if content(w.group())
    ]
    stems = [w.lower()[:6] for w in content(new) if len(w) > 5]
    for w in own:
        if any(stem in w.group() for stem in stems):
            return offset + w.start(), offset + w.end()
    plural = [
        w for w in own if w.group().endswith("s") and not w.group().endswith(("ss", "us", "'s"))
    ]
    return (offset + plural[-1].start(), offset + plural[-1].end()) if plural else None


def _determined(m: Mention, question: str, new: str) -> tuple[int, int]:
    """The mention's place, its article taken along where the new phrase brings its own
    or is a plain name."""
    before = question[: m.start]
    article = re.search(r"\b(?:the|a|an)\s+$", before, re.IGNORECASE)
    if article and (new[:1].isupper() or re.match(r"(?:the|a|an)\s", new, re.IGNORECASE)):
        return article.start(), m.end
    return m.start, m.end


def _same_subject(asking: str, tail: str) -> bool:
    """Tell whether the words that ask are the subject: "who was killed", not "what did they
    take"."""
    words = tail.split()
    if not words or words[0].lower() in {"do", "does", "did"}:
        return False
    if asking.lower().split()[0] in {"when", "where", "why", "how"}:
        return False
    return len(words) > 1 and bool(re.search(r"(?:ed|en|n|t|de|ld)$", words[1]))
