"""A comparison, taken apart into the same question about each of its two sides."""

import re

from assistant.language.lexicon import STOP_WORDS

_WITH_E = frozenset("large wide safe late nice close fine rare".split())
_AGE = frozenset("older younger newer earlier".split())


def _two(joint: str) -> str:
    return rf"(?P<one>[^,;:?]{{2,80}}?),? {joint} (?P<other>[^,;:?]{{2,80}}?)"


_OR = _two("or")
_FORMS = (
    # the difference between X and Y; the differences in colour between X and Y
    re.compile(
        r".*?\bdifferen(?:ce|ces|t)\b(?: in (?P<in>[\w ]+?))?"
        rf"(?: is there| are there)? between {_two('and')}",
        re.IGNORECASE,
    ),
    # compare the cost of X and Y
    re.compile(
        r"(?:please )?(?:compare|contrast)(?: the (?P<of>[\w -]+?) (?:of|between))? "
        rf"{_two('(?:and|with|to|against)')}",
        re.IGNORECASE,
    ),
    # which bridge is longer, X or Y
    re.compile(
        r"(?:which|who|what)(?: of (?:the two|them))?(?: \w+){0,2}? (?:is|was|are|were|has) "
        rf"(?:the )?(?P<adjective>(?:more|less) \w+|\w+er)\b[^,:?]*?[,:]? {_OR}",
        re.IGNORECASE,
    ),
    # is X longer than Y
    re.compile(
        r"(?:is|was|are|were) (?P<one>[^,;:?]{2,80}?) (?P<adjective>(?:more|less) \w+|\w+er) than "
        r"(?P<other>[^,;:?]{2,80})",
        re.IGNORECASE,
    ),
    # which of them costs more, X or Y
    re.compile(
        rf"(?:which|who|what)(?: \w+){{0,2}}? (?P<verb>\w+) (?:more|less)[,:]? {_OR}",
        re.IGNORECASE,
    ),
    # do more cars cross X or Y
    re.compile(
        r"(?:do|did|does|are|have) (?:more|fewer|less) (?P<many>\w+(?: \w+)??) (?P<does>\w+) "
        rf"{_OR}",
        re.IGNORECASE,
    ),
    re.compile(rf"{_two('(?:vs[.]?|versus)')}", re.IGNORECASE),
)


def sides(question: str) -> tuple[str, str] | None:
    """The same question of each side of a comparison; None if it compares nothing."""
    plain = " ".join(question.split()).strip(" ?.!")
    for form in _FORMS:
        found = form.fullmatch(plain)
        if found:
            said = {name: (value or "").strip() for name, value in found.groupdict().items()}
            if re.fullmatch(r"[\d.,]+(?: \w+)?", said["other"]):
                return None  # "longer than 700 metres" has one side
            one, other = _matched(said["one"], said["other"])
            return _about(one, said), _about(other, said)
    return None


def _about(side: str, said: dict[str, str]) -> str:
    """The question about one side."""
    if adjective := said.get("adjective", ""):
        plain = _plain(adjective)
        if plain in _AGE:
            return f"When was {side} opened, built, made or born?"
        return f"How {plain} is {side}?"
    if verb := said.get("verb", ""):
        return f"How much does {side} {re.sub(r's$', '', verb)}?"
    if said.get("many"):
        return f"How many {said['many']} {said['does']} {side}?"
    asked = said.get("of") or said.get("in")
    return f"What is the {asked} of {side}?" if asked else f"What is {side}?"


def _plain(comparative: str) -> str:
    """The plain form of "longer", "heavier", "bigger", "more expensive"."""
    word = comparative.lower()
    if word in _AGE or word.startswith(("more ", "less ")):
        return word.split()[-1]
    stem = word.removesuffix("er")
    if stem.endswith("i"):
        return f"{stem[:-1]}y"
    if f"{stem}e" in _WITH_E:
        return f"{stem}e"
    return stem[:-1] if len(stem) > 3 and stem[-1] == stem[-2] and stem[-1] not in "ls" else stem


def _matched(one: str, other: str) -> tuple[str, str]:
    """Both sides whole: "the Marlow and the Osterby bridge" lends its noun to the first."""
    one, other = (re.sub(r"^(?:between|either)\s+", "", side) for side in (one, other))
    last = other.rsplit(" ", 1)[-1]
    lends = other.split()[:-1]
    shorter = len(one.split()) == len(lends) and last[:1].islower() and last.isalpha()
    shorter = shorter and not STOP_WORDS & set(lends[1:])
    return (f"{one} {last}", other) if shorter and not one.endswith(last) else (one, other)
