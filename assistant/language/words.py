"""Words and index terms: lower-cased, accents dropped, numbers normalised, stemmed.

The same `terms` feed the lexical index, the evidence features and the check of a draft, so that
all three agree on when two words are the same.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer

from assistant.language.lexicon import NUMBER_WORDS, STOP_WORDS

# A number with its separators ("1,250.5"), else letters and digits with inner apostrophes.
# Scripts written without spaces have no word borders to find: each character is a word there.
_UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\u0e00-\u0e7f"
_WORD = re.compile(
    rf"[{_UNSPACED}]|\d+(?:[.,]\d+)*|[^\W\d_{_UNSPACED}]+(?:['\u2019][^\W\d_]+)*(?:\d+)?"
)
_stemmer = snowballstemmer.stemmer("english")


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
def term(word: str) -> str:
    """The index term of one word: "Café's" → "cafe", "1,000" → "1000", "two" → "2"."""
    plain = "".join(
        c for c in unicodedata.normalize("NFKD", word.lower()) if not unicodedata.combining(c)
    )
    if plain[:1].isdigit():
        return plain.replace(",", "").rstrip(".")
    plain = plain.replace("\u2019", "'")
    plain = plain.removesuffix("'s").replace("'", "")
    return NUMBER_WORDS.get(plain) or str(_stemmer.stemWord(plain)) or word


def terms(text: str) -> list[str]:
    """All index terms of `text`, in order, function words included."""
    return [term(m.group()) for m in _WORD.finditer(text)]


def content_terms(text: str) -> list[str]:
    """The terms of `text` that carry meaning: without function words, in order."""
    return [
        term(found) for m in _WORD.finditer(text) if (found := m.group()).lower() not in STOP_WORDS
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
