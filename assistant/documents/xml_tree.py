"""XML as a tree of local names, without entities of its own, nested only so deep."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from assistant.errors import DocumentError

_MAX_DEPTH = 300


def parse_xml(data: bytes) -> Element:
    """The root of an XML part; names of elements and attributes stand without namespace.

    Raises DocumentError for damaged XML, for declared entities (they multiply without end) and
    for nesting deeper than any document has.
    """
    builder = TreeBuilder()
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _MAX_DEPTH:
            raise DocumentError("Its XML is nested too deeply.")
        builder.start(_local(name), {_local(key): value for key, value in attributes.items()})

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(_local(name))

    def refuse(*_: object) -> None:
        raise DocumentError("Its XML declares entities, which no document needs.")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(data, True)
        return builder.close()
    except (expat.ExpatError, ValueError, AssertionError, LookupError) as error:
        raise DocumentError("It is damaged: its XML cannot be read.") from error


def first(element: Element, path: str) -> Element | None:
    """The first descendant of this path ("body/p"), or None."""
    return element.find(path)


def value_of(element: Element | None, key: str = "val") -> str:
    """An attribute's value; "" if there is no element or no attribute."""
    return "" if element is None else element.get(key, "")


def text_of(element: Element, skip: frozenset[str] = frozenset()) -> str:
    """All text below an element in order, without that of elements named in `skip`."""
    return "".join(_texts(element, skip))


def _texts(element: Element, skip: frozenset[str]) -> Iterator[str]:
    if element.text:
        yield element.text
    for child in element:
        if child.tag not in skip:
            yield from _texts(child, skip)
        if child.tail:
            yield child.tail


def _local(name: str) -> str:
    return name.rsplit(" ", 1)[-1]
