"""Words and index terms: lower-cased, accents dropped, numbers normalised, stemmed.

The same `terms` feed the lexical index, the evidence features and the check of a draft, so that
all three agree on when two words are the same.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import snowballstemmer

from assistant.language.lexicon import NUMBER_WORDS, STOP_WORDS

# A number with its separators ("1,250.5"), else letters and digits with inner apostrophes.
# Scripts written without spaces have no word borders to find: each character is a word there.
_UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\u0e00-\u0e7f"
_WORD = re.compile(
    rf"[{_UNSPACED}]|\d+(?:[.,]\d+)*|[^\W\d_{_UNSPACED}]+(?:['\u2019][^\W\d_]+)*(?:\d+)?"
)
_ENGLISH = "en"
# Languages whose words are stemmed, with the name of their Snowball algorithm.
STEMMED = {
    code: name
    for pair in (
        "ar:arabic hy:armenian eu:basque ca:catalan cs:czech da:danish nl:dutch en:english "
        "eo:esperanto et:estonian fi:finnish fr:french de:german el:greek hi:hindi hu:hungarian "
        "id:indonesian ga:irish it:italian lt:lithuanian ne:nepali no:norwegian fa:persian "
        "pl:polish pt:portuguese ro:romanian ru:russian sr:serbian es:spanish sv:swedish ta:tamil "
        "tr:turkish yi:yiddish"
    ).split()
    for code, _, name in (pair.partition(":"),)
}


@cache
def _stemmer(language: str) -> Any:
    return snowballstemmer.stemmer(STEMMED[language])


_english = _stemmer(_ENGLISH)


@dataclass(frozen=True)
class Word:
    """A word as it stands in a text: `text == source[start:end]`."""

    text: str
    start: int
    end: int

    @property
    def is_capitalised(self) -> bool:
        return self.text[0].isupper()

    @property
    def is_number(self) -> bool:
        return self.text[0].isdigit() or self.text.lower() in NUMBER_WORDS

    @property
    def is_stop_word(self) -> bool:
        return self.text.lower() in STOP_WORDS


def words(text: str) -> list[Word]:
    """The words of `text`, in order, with their character offsets."""
    return [Word(m.group(), m.start(), m.end()) for m in _WORD.finditer(text)]


@lru_cache(maxsize=100_000)
def term(word: str, language: str = _ENGLISH) -> str:
    """The index term of one word: "Café's" → "cafe", "1,000" → "1000", "two" → "2".

    Stemmed as in its language, if that is one of `STEMMED`.
    """
    if language != _ENGLISH and not word[:1].isdigit():
        return _foreign_term(word, language)
    plain = _without_accents(word.lower())
    if plain[:1].isdigit():
        return plain.replace(",", "").rstrip(".")
    plain = plain.replace("\u2019", "'")
    plain = plain.removesuffix("'s").replace("'", "")
    return NUMBER_WORDS.get(plain) or str(_english.stemWord(plain)) or word


def _foreign_term(word: str, language: str) -> str:
    """The stem of another language's word; its endings are known with their accents."""
    plain = unicodedata.normalize("NFKC", word.lower()).replace("\u2019", "'")
    stem = _stemmer(language).stemWord(plain) if language in STEMMED else plain
    return _without_accents(str(stem)).replace("'", "") or word


def _without_accents(word: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))


def terms(text: str, language: str = _ENGLISH) -> list[str]:
    """All index terms of `text`, in order, function words included."""
    return [term(m.group(), language) for m in _WORD.finditer(text)]


def content_terms(text: str, language: str = _ENGLISH) -> list[str]:
    """The terms of `text` that carry meaning: without function words, in order."""
    return [
        term(found, language)
        for m in _WORD.finditer(text)
        if (found := m.group()).lower() not in STOP_WORDS
    ]


def names(text: str, *, skip_first: bool = True) -> set[str]:
    """The terms of capitalised words and numbers in `text`: what a statement must not get wrong.

    The first word of a sentence is capitalised anyway; with `skip_first` it does not count.
    """
    found = set()
    sentence_start = True
    end = 0
    for word in words(text):
        if re.search(r"[.!?:]\s*[\"'\u201c\u2018(]*\s*$", text[end : word.start]):
            sentence_start = True
        capital = word.is_capitalised and not (skip_first and sentence_start)
        if (capital or word.is_number) and not word.is_stop_word:
            found.add(term(word.text))
        sentence_start = False
        end = word.end
    return found


def approximate_tokens(text: str) -> int:
    """About how many model tokens `text` has (a third more than its words), without a tokenizer."""
    return len(_WORD.findall(text)) * 4 // 3 + 1
