"""When two texts count as the same: gold in an answer, a quote and a marked sentence, overlaps."""

import re
import string
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)
_WORD = re.compile(r"[^\W_]+")
_MARKER = re.compile(r"\s*\[\d+\]")
# Fewer letters and digits than this are no sentence that could be told apart by containment.
_SENTENCE_CHARS = 12
# The share of the shorter text's word pairs that the other must have to be the same passage.
_SAME_PASSAGE = 0.5


@lru_cache(maxsize=20_000)
def normalise(text: str) -> str:
    """SQuAD's normalisation (Rajpurkar et al. 2016): lower case, no punctuation, no articles."""
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_NO_PUNCTUATION)).split())


def contains(text: str, answers: Sequence[str]) -> bool:
    """Tell whether the normalised text holds one of the normalised answers as whole words."""
    padded = f" {normalise(text)} "
    return any(f" {gold} " in padded for gold in map(normalise, answers) if gold)


def without_markers(answer: str) -> str:
    """The text of an answer without its citation markers."""
    return _MARKER.sub("", answer)


def words(text: str) -> list[str]:
    """Lower-case runs of letters and digits."""
    return _WORD.findall(text.lower())


def exact_match(prediction: str, answers: Sequence[str]) -> float:
    """SQuAD's exact match: 1 if the prediction is one of the answers, both normalised.

    Answers of which normalisation leaves nothing do not count; without any, the empty prediction
    is right (SQuAD 2.0).
    """
    return float(normalise(prediction) in _golds(answers))


def f1(prediction: str, answers: Sequence[str]) -> float:
    """SQuAD's F1 of words, the best over the answers; see exact_match for empty ones."""
    return max(_f1(normalise(prediction).split(), gold.split()) for gold in _golds(answers))


def rouge_l(prediction: str, answers: Sequence[str]) -> float:
    """ROUGE-L (Lin 2004): F1 of the longest common subsequence of words, the best over answers."""
    said = words(prediction)
    return max((_rouge(said, words(answer)) for answer in answers), default=0.0)


def same_sentence(one: str, other: str) -> bool:
    """Tell if of the letters and digits alone one is the other or holds it whole."""
    short, long = sorted((_letters(one), _letters(other)), key=len)
    return short == long if len(short) < _SENTENCE_CHARS else short in long


def overlaps(one: str, other: str) -> bool:
    """Tell whether the texts share half of the word pairs of the shorter one."""
    if same_sentence(one, other):
        return True
    first, second = _pairs(one), _pairs(other)
    least = min(first.total(), second.total())
    return least > 0 and (first & second).total() / least >= _SAME_PASSAGE


def _golds(answers: Sequence[str]) -> list[str]:
    return [gold for gold in map(normalise, answers) if gold] or [""]


def _f1(said: list[str], gold: list[str]) -> float:
    if not said or not gold:
        return float(said == gold)
    common = (Counter(said) & Counter(gold)).total()
    return 2 * common / (len(said) + len(gold))


def _rouge(said: list[str], gold: list[str]) -> float:
    common = _longest_common(said, gold)
    return 2 * common / (len(said) + len(gold)) if common else 0.0


def _longest_common(one: Sequence[str], other: Sequence[str]) -> int:
    """The length of the longest common subsequence, by bits of an integer (Hyyrö 2004)."""
    places: dict[str, int] = {}
    for i, word in enumerate(one):
        places[word] = places.get(word, 0) | 1 << i
    full = (1 << len(one)) - 1
    rows = full
    for word in other:
        matched = rows & places.get(word, 0)
        rows = (rows + matched | rows - matched) & full
    return len(one) - rows.bit_count()


@lru_cache(maxsize=20_000)
def _letters(text: str) -> str:
    # Accents come apart from their letters, and are no letters themselves.
    return "".join(_WORD.findall(unicodedata.normalize("NFKD", text.lower())))


@lru_cache(maxsize=5_000)
def _pairs(text: str) -> Counter[tuple[str, str]]:
    return Counter(pairwise(words(text)))
