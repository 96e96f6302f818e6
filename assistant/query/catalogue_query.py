"""A question about documents as documents: which of them it means, what it wants to know of them.

It is one where all its words of content are words for documents, for kinds of files, for times, for
how many and how large, names of files and folders, or stand behind "about" and "mention" as its
topic. One word that is none of these ("Which documents did the court publish?") makes it a question
that evidence answers.
"""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath
from typing import Literal

from assistant.documents.parsers import PARSERS
from assistant.language.dates import Period, read_period
from assistant.language.lexicon import STOP_WORDS
from assistant.language.words import term, terms, words
from assistant.library.document_store import DocumentRecord

Wish = Literal["list", "count", "newest", "oldest", "largest", "smallest", "size", "date", "folder"]
# Which time of a document counts: the one it gives itself, when it was changed, when it was added.
Clock = Literal["written", "changed", "added"]

Documents = Callable[[], Sequence[DocumentRecord]]


def _terms(listed: str) -> frozenset[str]:
    return frozenset(map(term, listed.split()))


# Words that a question about documents is known by, as they are spelt.
WORDS = frozenset(
    "document documents file files library folder folders newest latest oldest biggest largest "
    "smallest mention mentions about".split()
)
_NOUNS = _terms("document file source text paper article")
_ANYTHING = _terms("anything something everything nothing information info")
_PLACES = _terms("library collection index")
_FOLDERS = _terms("folder directory")
_MARKS = _terms("i we you my our your there library collection here")
_VERBS = _terms(
    "list show name give find tell count have hold contain include exist see know got keep store "
    "save index load overview total altogether together number available different other version "
    "type kind format"
)
_FILLING = STOP_WORDS | _terms("please any all every ones one that let")
_ASKED: dict[Wish, str] = {
    "newest": "newest latest recent recently last youngest",
    "oldest": "oldest earliest first",
    "largest": "biggest largest longest",
    "smallest": "smallest shortest",
    "size": "size big large long",
    "date": "when date old dated",
    "folder": "folder directory where path located lie",
}
_WISHES = {stem: wish for wish, listed in _ASKED.items() for stem in _terms(listed)}
_DONE: dict[Clock, str] = {
    "added": "add added indexed",
    "changed": "change changed edit edited modify modified update updated",
    "written": "written",
}
_CLOCKS = {stem: clock for clock, listed in _DONE.items() for stem in _terms(listed)}
# What people call formats, by the suffixes that they mean; a suffix is its own name.
_FORMATS = {
    stem: frozenset(f".{suffix}" for suffix in suffixes.split())
    for names, suffixes in (
        ("word", "docx docm dotx"),
        ("excel", "xlsx xlsm"),
        ("spreadsheet sheet", "xlsx xlsm csv tsv ods"),
        ("powerpoint presentation slide", "pptx pptm odp"),
        ("mail email", "eml mbox"),
        ("web html webpage", "html htm xhtml"),
        ("markdown", "md markdown"),
        ("ebook", "epub"),
        ("notebook", "ipynb"),
        ("pdf", "pdf"),
        ("csv", "csv"),
        ("json", "json jsonl ndjson"),
        ("yaml", "yaml yml"),
    )
    for stem in _terms(names)
}
_KNOWN = _NOUNS | _PLACES | _FOLDERS | _VERBS | _MARKS | _FILLING | _WISHES.keys() | _CLOCKS.keys()
_TOPIC = re.compile(
    r"\b(?:(?:say|says)\s+(?:any|some)thing\s+)?(?:about|regarding|concerning"
    r"|(?:talks?|speaks?|deals?)\s+(?:of|about|with)|mention(?:s|ed|ing)?|discuss(?:es|ing)?"
    r"|covers?|refers?\s+to|contain(?:s|ing)?|named|called"
    r"|(?:(?<=thing\s)|(?<=uments\s)|(?<=files\s)|(?<=mation\s))on)\s+(?P<topic>\S.*)",
    re.IGNORECASE,
)
# "Where is Tripoli mentioned", "in which documents is it named".
_PASSIVE = re.compile(
    r"(?P<head>(?:in\s+)?(?:which|what|where|how many)\b.*?|)\b(?:is|are|was|were)\s+"
    r"(?P<topic>.+?)\s+(?:ever\s+)?(?:mentioned|named|discussed|spoken of)(?P<tail>.*)",
    re.IGNORECASE,
)
_FROM = re.compile(r"\b(?:from|by|with)\s+(?P<topic>[A-Z].*)")
_HERE = re.compile(
    r"\s+(?:(?:any|some)where\s+)?(?:in|among|of)\s+(?:any of\s+|all\s+)?(?:my|our|your|the|these|"
    r"this)\s+(?:documents|files|library|collection|texts|papers)\s*$|\s+(?:any|some)where\s*$",
    re.IGNORECASE,
)
_WORDING = re.compile(r"^(?:the |a |an )?(?:words?|names?|terms?) ", re.IGNORECASE)
_ARTICLE = re.compile(r"^(?:the|an?|any|some) ")
_WITHOUT = re.compile(r"\b(?:not|never|without)\b", re.IGNORECASE)
_WHAT_IS_HERE = re.compile(r"what (?:do|have) (?:i|we|you)(?: have| got)*(?: here)?", re.I)
_ASKS_HOW = re.compile(r"how\b(?!\s+(?:many|much|big|large|old|long|recent)\b)|why\b", re.I)
_ABOUT_ALL = re.compile(r"\b(library|collection|documents|files|papers) about$", re.I)
_ASKS_FOLDER = re.compile(
    r"\b(?:which|what|many|list|show)(?: me)?(?: all)?(?: the| my)? (?:folder|director)|\bwhere\b",
    re.IGNORECASE,
)
# Of what documents are asked that mention something: "How many contracts mention a deposit?".
_MENTION = re.compile(
    r"(?:(?:how many|which|what|list|show|count|number of)\b.*)"
    r"\b(?:mention|discuss|contain|cover|refer to|speak of|talk about|say anything about)\b",
    re.IGNORECASE,
)
_MUST = re.compile(r"\b(?:have|has|need|needs) to\b", re.IGNORECASE)


@dataclass(frozen=True)
class CatalogueQuery:
    """The documents meant, by all that is not empty, and what is wanted of them.

    `topic` is what they mention, or with `without` do not; `named` are terms of their file, folder
    or title, in the words of `named_as`; `period` is when they were written, changed or added, as
    `clock` says.
    """

    wish: Wish = "list"
    suffixes: frozenset[str] = frozenset()
    format: str = ""
    topic: str = ""
    without: bool = False
    named: frozenset[str] = frozenset()
    named_as: str = ""
    period: Period | None = None
    clock: Clock = "written"

    def means(self, document: DocumentRecord) -> bool:
        """Tell if the document is of the formats and the name that are meant."""
        suffix = PurePath(document.source).suffix.lower()
        fits = not self.suffixes or suffix in self.suffixes
        return fits and self.named <= name_terms(document)


def read(question: str, documents: Documents, today: date) -> CatalogueQuery | None:
    """The question as one about documents as documents; None if it is another.

    `documents` lists them; it is asked only where a word may be the name of one.
    """
    plain = " ".join(re.sub(r"\be-mail", "email", question, flags=re.I).split()).strip(" ?.!")
    plain = _ABOUT_ALL.sub(r"\1", re.sub(r"n['\u2019]t\b", " not", plain))
    if _WHAT_IS_HERE.fullmatch(plain):
        return CatalogueQuery()
    if _ASKS_HOW.match(plain) or _MUST.search(plain):
        return None
    head, topic = _split(plain)
    if topic == "" and head != plain:
        return None
    mentions = topic is not None and _MENTION.match(plain) is not None
    return _Reading(head, topic or "", documents, today, mentions=mentions).query()


def name_terms(document: DocumentRecord) -> frozenset[str]:
    """The terms of a document's title, of its file's name and its folder's."""
    return frozenset(terms(name_parts(document.title, document.source)))


def name_parts(title: str, source: str) -> str:
    """Title, folder and file name of a document as words."""
    path = PurePath(source)
    return re.sub(r"[_.-]", " ", " ".join((title, path.parent.name, path.name)))


def _split(plain: str) -> tuple[str, str | None]:
    """The words that ask, and the topic behind "about" and its like; None where there is no such
    word."""
    here = _HERE.sub("", plain)
    if (found := _PASSIVE.fullmatch(here)) and found["topic"].lower() not in STOP_WORDS:
        return f"{found['head']} documents{found['tail']} here", found["topic"]
    for form in (_TOPIC, _FROM):
        found = form.search(here)
        if found and (form is _TOPIC or read_period(found["topic"], date(1970, 1, 1))[0] is None):
            topic = _ARTICLE.sub("", _WORDING.sub("", found["topic"])).strip(" \"'\u201c\u201d")
            return f"{here[: found.start()]}{' here' * (here != plain)}", topic
    return plain, None


class _Reading:
    """One question's words, each taken for what it says of documents."""

    def __init__(
        self, head: str, topic: str, documents: Documents, today: date, *, mentions: bool = False
    ) -> None:
        self._head = head
        self._mentions = mentions
        self._topic = topic
        self._documents = documents
        self._period, rest = read_period(head, today)
        self._words = [w.text for w in words(rest)]
        self._stems = [term(w) for w in self._words]
        self._suffixes, self._format, self._used = self._formats(rest)

    def query(self) -> CatalogueQuery | None:
        stems = set(self._stems)
        known = (
            _NOUNS | _PLACES | _FOLDERS | _VERBS | _MARKS | _FILLING | {"type", "kind", "format"}
        )
        known |= (
            _WISHES.keys() | _CLOCKS.keys() | self._used | (_ANYTHING if self._topic else set())
        )
        rest = {
            s for w, s in zip(self._words, self._stems, strict=True) if not {w.lower(), s} & known
        }
        named = frozenset(rest)
        if not self._speaks_of_documents(stems, rest):
            return None
        if rest and not any(named <= name_terms(d) for d in self._documents()):
            return None
        return CatalogueQuery(
            self._wish(),
            self._suffixes,
            self._format,
            self._topic,
            without=bool(self._topic and _WITHOUT.search(self._head)),
            named=named,
            named_as=" ".join(w for w in self._words if named & {term(w)}),
            period=self._period,
            clock=next((_CLOCKS[s] for s in self._stems if s in _CLOCKS), "written"),
        )

    def _speaks_of_documents(self, stems: Collection[str], rest: Collection[str]) -> bool:
        """Tell if it names documents, and whose they are, which of them, or what they are about."""
        nouns = (_NOUNS | _PLACES | _FOLDERS) & set(stems) or self._used
        about = self._topic and set(stems) & (_ANYTHING | _NOUNS | self._used)
        lower = {w.lower() for w in self._words}
        asked = lower & {"which", "list", "show", "many"} or _MARKS & set(stems)
        of_one = rest and self._wish() != "list" and set(stems) & (_NOUNS | _FOLDERS)
        file = rest and re.search(r"\w\.[a-z]{2,5}\b", self._head) and self._wish() != "list"
        chosen = self._wish() in {"newest", "oldest", "largest", "smallest"}
        chosen = chosen and "size" not in stems  # "largest file size" asks for a limit
        owned = nouns and (asked or chosen or self._period)
        # "How many contracts mention …", where files or folders are named so.
        named = rest and self._mentions
        return bool(about or owned or of_one or file or named)

    def _wish(self) -> Wish:
        head = self._head
        found = {_WISHES[s] for s in self._stems if s in _WISHES}
        if "folder" in found and _ASKS_FOLDER.search(head):
            return "folder"
        kinds = {"type", "kind", "format"} & set(self._stems) and not self._suffixes
        if kinds or re.search(r"\bhow many\b|\bnumber of\b|\bcount\b", head, re.IGNORECASE):
            return "count"
        if "date" in found and re.search(r"\bwhen\b", head, re.IGNORECASE) and self._names_one():
            return "date"
        if not re.search(r"\bhow\b|\bsize\b", head, re.IGNORECASE):
            found.discard("size")
        order: tuple[Wish, ...] = ("newest", "oldest", "largest", "smallest", "size", "date")
        return next((wish for wish in order if wish in found), "list")

    def _names_one(self) -> bool:
        """Tell if a word of the question is no word for documents in general."""
        return any(not {w.lower(), term(w)} & _KNOWN for w in self._words)

    def _formats(self, rest: str) -> tuple[frozenset[str], str, frozenset[str]]:
        """The suffixes of the formats that are named, their name, and the terms that name them."""
        suffixes: set[str] = set()
        said: list[str] = []
        for place, (word, stem) in enumerate(zip(self._words, self._stems, strict=True)):
            following = self._stems[place + 1 : place + 2]
            of_file = bool(following) and following[0] in _NOUNS
            if format_of := _FORMATS.get(stem) or _FORMATS.get(stem.removesuffix("s")):
                suffixes |= format_of
            elif stem == "text" and of_file:
                suffixes |= {".txt", ".text", ".log"}
            elif f".{word.lower()}" in PARSERS and (
                of_file or re.search(rf"(?<!\w)\.{re.escape(word)}\b", rest, re.IGNORECASE)
            ):
                suffixes.add(f".{word.lower()}")
            else:
                continue
            said.append(word)
        return frozenset(suffixes), " ".join(said), frozenset(term(w) for w in said)
