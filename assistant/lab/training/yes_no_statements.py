"""Statements made by rule from questions that want yes or no."""

import re

from assistant.lab.training.question_parts import (
    BE,
    DETERMINERS,
    DO,
    HAVE,
    MODALS,
    PREPOSITIONS,
    PRONOUNS,
    Split,
    at_participle,
    at_verb,
    inflected,
    sentence,
    with_auxiliary,
)


def yes_no_statement(question: str) -> str | None:
    """ "Is breakfast included?" as "Breakfast is included."; None where the rules are not sure."""
    tokens = " ".join(question.split()).rstrip(" ?.").split()
    if len(tokens) < 3 or re.search(r"\b(?:not|or)\b|n't\b|[;:!?,]", " ".join(tokens)):
        return None
    auxiliary, rest = tokens[0].lower(), tuple(tokens[1:])
    said = None
    if auxiliary in BE | {"am"}:
        said = _said_with(auxiliary, _predicate(rest))
    elif auxiliary in HAVE:
        said = _said_with(auxiliary, _at("been", rest) or at_participle(rest))
    elif auxiliary in MODALS:
        said = _said_with(auxiliary, _at("be", rest) or at_verb(rest, ""))
    elif auxiliary in DO and (split := at_verb(rest, "")):
        said = " ".join([split.subject, inflected(split, auxiliary), *split.tail])
    return sentence(re.sub(r"\bany\s", "", said)) if said else None


def _at(word: str, rest: tuple[str, ...]) -> Split | None:
    at = rest.index(word) if word in rest[1:] else 0
    return Split(" ".join(rest[:at]), word, rest[at + 1 :]) if at else None


def _said_with(auxiliary: str, split: Split | None) -> str | None:
    return " ".join([with_auxiliary(split, auxiliary), *split.tail]) if split else None


def _predicate(rest: tuple[str, ...]) -> Split | None:
    """Cut where the predicate of "is" begins: a participle, an adjective, "a …", "in …"."""
    if rest[0].lower() in PRONOUNS - {"this", "these"}:
        return Split(rest[0], rest[1], rest[2:])
    if split := at_participle(rest):
        return split
    starts = DETERMINERS | PREPOSITIONS - {"of"}
    found = [i for i, token in enumerate(rest) if i and token in starts]
    if not found:
        return _bare_predicate(rest)
    at = found[0]
    # "the contract valid | until May" has its predicate before the preposition.
    long = at > (2 if rest[0].lower() in DETERMINERS else 1) and not rest[at - 1][0].isupper()
    unclear = {"of", "and"} & set(rest) or rest[at - 1].lower() in DETERMINERS or long
    return None if unclear else Split(" ".join(rest[:at]), rest[at], rest[at + 1 :])


def _bare_predicate(rest: tuple[str, ...]) -> Split | None:
    """ "the house | big": a subject with its determiner and one word, or two words in all."""
    determined = rest[0].lower() in DETERMINERS and len(rest) == 3
    return Split(" ".join(rest[:-1]), rest[-1], ()) if determined or len(rest) == 2 else None
