"""In which language a text seems to be, by its script and its function words."""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import Any

from assistant.language.words import STEMMED

_FUNCTION_WORDS: Mapping[str, frozenset[str]] = {
    "German": frozenset(
        "der die das den dem des ein eine einen einem ist sind war waren wurde wurden hat haben "
        "wer was wann wo warum wieso wie welche welcher welches viele und oder nicht mit von vom "
        "zum zur auf aus bei nach über für ich wir sie es kann gibt".split()
    ),
    "French": frozenset(
        "le la les un une des du de est sont était étaient a ont qui que quoi quand où pourquoi "
        "comment quel quelle quels quelles combien et ou ne pas dans sur avec pour par ce cette "
        "il elle nous vous".split()
    ),
    "Spanish": frozenset(
        "el la los las un una unos del de es son era fue fueron ha han quién quien qué que cuándo "
        "cuando dónde donde por cómo como cuál cual cuántos cuántas cuánto y o no en con para se "
        "su al".split()
    ),
    "Italian": frozenset(
        "il lo la gli le un una dei della delle del di è sono era erano fu ha hanno chi che cosa "
        "quando dove perché come quale quali quanti quante quanto e o non in con per su da si nel "
        "nella".split()
    ),
    "Portuguese": frozenset(
        "o a os as um uma do da dos das de é são era foi foram tem têm quem que quando onde por "
        "como qual quais quantos quantas quanto e ou não em no na com para se ao".split()
    ),
    "Dutch": frozenset(
        "de het een van is zijn was waren werd heeft hebben wie wat wanneer waar waarom hoe welke "
        "welk hoeveel en of niet met op aan bij naar voor door uit er deze dit dat".split()
    ),
}
_ENGLISH = frozenset(
    "the a an of is are was were be been do does did has have had who whom whose what when where "
    "why how which many much and or not in on at to for with by from about it its he she they "
    "this that these those there can could will would".split()
)
# A text is looked at in so many characters, at three places; fewer words say nothing for sure.
_SAMPLE_CHARS = 3_000
_FEW_WORDS = 12
# The share of function words from which a text is surely English, and the least probability of
# another language; a list of names or figures is nobody's.
_SURELY_ENGLISH = 0.2
_PROBABLE = 0.95
# Languages that are told beside those that can be stemmed.
_UNSTEMMED: Mapping[str, str] = {
    "zh": "Chinese",
    "ja": "Japanese",
    "ko": "Korean",
    "th": "Thai",
    "he": "Hebrew",
    "uk": "Ukrainian",
    "bg": "Bulgarian",
    "sk": "Slovak",
    "hr": "Croatian",
    "sl": "Slovenian",
    "lv": "Latvian",
    "vi": "Vietnamese",
}
_LETTERS = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)?")
_SCRIPTS = {
    "CYRILLIC": "Cyrillic",
    "GREEK": "Greek",
    "ARABIC": "Arabic",
    "HEBREW": "Hebrew",
    "CJK": "Chinese or Japanese",
    "HIRAGANA": "Japanese",
    "KATAKANA": "Japanese",
    "HANGUL": "Korean",
    "DEVANAGARI": "Devanagari",
    "THAI": "Thai",
}


def other_language(text: str) -> str:
    """The language or script that a text is in, in words; "" for English or where it is not clear.

    A language counts when at least two of its function words, and more than half of the text's
    words that are anybody's function words beyond the English ones, are its own.
    """
    letters = [c for c in text if c.isalpha()]
    named = [unicodedata.name(c, "").split(" ")[0].split("-")[0] for c in letters]
    for script, title in _SCRIPTS.items():
        if named.count(script) * 2 > len(letters):
            return title
    own = [w.lower() for w in _LETTERS.findall(text)]
    english = sum(w in _ENGLISH for w in own)
    counts = {name: sum(w in known for w in own) for name, known in _FUNCTION_WORDS.items()}
    best = max(counts, key=lambda name: counts[name])
    enough = counts[best] >= 2 and counts[best] > english and counts[best] * 3 >= len(own)
    return best if enough else ""


def has_english(text: str) -> bool:
    """Tell if a text has any of English's function words."""
    return any(word.lower() in _ENGLISH for word in _LETTERS.findall(text))


def function_words(language: str) -> frozenset[str]:
    """The function words that are known of a language, by its code; none of most."""
    return _FUNCTION_WORDS.get(language_name(language), frozenset())


def language_name(code: str) -> str:
    """The name of a language; its code where that is not known."""
    return _UNSTEMMED.get(code) or STEMMED.get(code, code).capitalize()


def language_of(text: str) -> str:
    """The language that a document is in, as its code of ISO 639-1; "en" where it is not clear."""
    sample = _sample(text)
    own = [w.lower() for w in _LETTERS.findall(sample)]
    english = sum(w in _ENGLISH for w in own)
    if english > len(own) * _SURELY_ENGLISH or (len(own) < _FEW_WORDS and sample.isascii()):
        return "en"
    code, probability = _identifier().classify(sample)
    return str(code) if probability >= _PROBABLE else "en"


def _sample(text: str) -> str:
    """The beginning, the middle and the end of a long text, the whole of a short one."""
    if len(text) <= _SAMPLE_CHARS * 3:
        return text
    middle = len(text) // 2
    parts = (text[:_SAMPLE_CHARS], text[middle : middle + _SAMPLE_CHARS], text[-_SAMPLE_CHARS:])
    return "\n".join(parts)


@cache
def _identifier() -> Any:
    # BSD, 97 languages in 4.5 MB, 0.1 ms a text; 0.6 s to load, which English does not need.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    found = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    known = {*STEMMED, *_UNSTEMMED} & set(found.nb_classes)
    found.set_languages(sorted(known))
    return found
