"""Books (.epub): the chapters in the order of the spine, their headings as the path."""

from urllib.parse import unquote

from assistant.documents import html
from assistant.documents.archive import Archive, part_name
from assistant.documents.document import Document
from assistant.documents.html_tree import decode_html, parse_html
from assistant.documents.text_builder import TextBuilder
from assistant.documents.xml_tree import first, parse_xml
from assistant.errors import DocumentError

_CONTAINER = "META-INF/container.xml"


def parse(data: bytes, name: str) -> Document:
    """The document of an .epub file. Raises DocumentError for one that is locked (DRM)."""
    archive = Archive(data)
    container = archive.read(_CONTAINER)
    root = first(parse_xml(container), ".//rootfile") if container else None
    package_name = "" if root is None else unquote(root.get("full-path", ""))
    if package_name not in archive:
        raise DocumentError("It is not an EPUB book.")
    package = parse_xml(archive.read(package_name))
    targets = {
        item.get("id", ""): (part_name(package_name, item.get("href", "")), item)
        for item in package.iter("item")
    }
    builder = TextBuilder()
    locked = _locked(archive)
    for entry in package.iter("itemref"):
        part, item = targets.get(entry.get("idref", ""), ("", None))
        if part not in archive or item is None or "nav" in item.get("properties", "").split():
            continue
        if part in locked:
            raise DocumentError("It is locked by its seller (DRM).")
        builder.leave(1)
        tree = parse_html(decode_html(archive.read(part))[0])
        html.write(tree, builder)
    title = first(package, "metadata/title")
    named = "" if title is None else (title.text or "").strip()
    return builder.document(named or builder.first_heading() or name)


def _locked(archive: Archive) -> set[str]:
    """The parts that are encrypted; fonts are, in books that anybody may read."""
    data = archive.read("META-INF/encryption.xml")
    if not data:
        return set()
    return {unquote(r.get("URI", "")) for r in parse_xml(data).iter("CipherReference")}
