"""Misspelt words of a question, put right by the words that the library has.

A word is misspelt if no document has it, no function word is it, and the embedder's tokenizer does
not know it as a word: what is spelt right and stands nowhere ("spoke" in a library with "smoke")
asks for something that is not there, and stays.
"""

import re
from collections import Counter
from collections.abc import Iterable

from assistant.language.detection import other_language
from assistant.language.lexicon import STOP_WORDS
from assistant.language.words import Word, term, words
from assistant.library.library import Library
from assistant.query.catalogue_query import WORDS

# Shorter words are one letter from too many others; longer ones may have two letters wrong.
_SHORTEST, _LONG = 4, 8
# "wich" is rather "which" than "with".
_ASKING = frozenset("what which when where whose whom".split())
# Passages that are looked at for the form of a word.
_PASSAGES = 5


def spelt(question: str, library: Library) -> str:
    """The question, its misspelt words as the library spells what is nearest to them."""
    long = (w for w in words(question) if w.text.isalpha() and len(w.text) >= _SHORTEST)
    said = [w for w in long if not _is_ours(w)]
    forms = library.document_store.index_terms([w.text for w in said])
    counts = library.document_store.term_frequency(forms.values())
    strange = [w for w in said if not counts[forms[w.text]]]
    if not strange or other_language(question):
        return question
    tokens, _, _ = library.embedder.embed_tokens([question], questions=True)[0]
    known = {token.strip("\u2581\u0120").lower() for token in tokens}
    for word in reversed(strange):
        if word.text.lower() not in known and (right := _nearest(word.text, library)):
            made = right.capitalize() if word.is_capitalised else right
            question = question[: word.start] + made + question[word.end :]
    return question


def distance(one: str, other: str, most: int) -> int:
    """Letters put in, left out, changed or swapped with the next (optimal string alignment); more
    than `most` is `most` + 1."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        earlier, before, row = before, row, [i]
        for j, b in enumerate(other, start=1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                best = min(best, earlier[j - 2] + 1)
            row.append(best)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)


def _is_ours(word: Word) -> bool:
    return word.is_stop_word or word.is_number or word.text.lower() in WORDS


def _nearest(text: str, library: Library) -> str:
    """The word of the library, or of questions, that is nearest; "" if none is near enough."""
    stem = term(text)
    most = 2 if len(stem) >= _LONG else 1
    lengths = range(max(3, len(stem) - most), len(stem) + most + 1)
    own = {
        found: n
        for letter in {stem[0], stem[1]}
        for found, n in library.document_store.vocabulary(letter, lengths)
    }
    near = [(distance(stem, found, most), -n, found) for found, n in own.items()]
    asked = text.lower()
    plain = [(distance(asked, w, most), w not in _ASKING, w) for w in _questions(asked[0])]
    best = min((each for each in near + plain if each[0] <= most), default=None)
    if best is None:
        return ""
    return best[2] if best in plain else _as_written(best[2], library)


def _questions(letter: str) -> Iterable[str]:
    """The function words and words for documents that begin with a letter."""
    return (w for w in STOP_WORDS | WORDS if w[0] == letter and len(w) >= _SHORTEST)


def _as_written(stem: str, library: Library) -> str:
    """The commonest form in which the library writes a term."""
    ids = [i for i, _ in library.document_store.match([stem], _PASSAGES)]
    found = library.document_store.passages(ids).values()
    texts = (" ".join((p.title, *p.headings, p.text)) for p in found)
    forms = Counter(w.text for text in texts for w in words(text) if term(w.text) == stem)
    written = forms.most_common(1)[0][0] if forms else ""
    return re.sub(r"['\u2019]s$", "", written.lower())
