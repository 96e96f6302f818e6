"""Mail (.eml, .mbox): each message below its subject, with who wrote it to whom and when."""

import re
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

from assistant.documents import html
from assistant.documents.decoding import decode
from assistant.documents.document import Document
from assistant.documents.html_tree import parse_html
from assistant.documents.plain_text import paragraphs
from assistant.documents.text_builder import TextBuilder, one_line
from assistant.errors import DocumentError

_HEADERS = ("From", "To", "Cc", "Date", "Subject")
_FROM_LINE = re.compile(rb"^From [^\r\n]*\d\d:\d\d[^\r\n]*\r?\n", re.MULTILINE)
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
_MAX_PARTS = 200
_MAX_NESTED = 20


def parse(data: bytes, name: str) -> Document:
    """The document of one message. Attachments are named, not read."""
    builder = TextBuilder()
    subject = _message(data, builder)
    return builder.document(subject or name)


def parse_mbox(data: bytes, name: str) -> Document:
    """The document of a mailbox: one message after the other."""
    builder = TextBuilder()
    for piece in _messages(data):
        builder.leave(1)
        _message(piece, builder)
    return builder.document(name)


def _messages(data: bytes) -> Iterator[bytes]:
    marks = list(_FROM_LINE.finditer(data))
    if not marks or data[: marks[0].start()].strip():
        raise DocumentError("It is not a mailbox.")
    for number, mark in enumerate(marks):
        end = marks[number + 1].start() if number + 1 < len(marks) else len(data)
        yield _QUOTED_FROM.sub(rb"\1", data[mark.end() : end])


def _message(data: bytes, builder: TextBuilder) -> str:
    """Add a message; returns its subject."""
    message = BytesParser(policy=policy.default).parsebytes(data)
    if not message.keys():
        raise DocumentError("It is not a mail message.")
    assert isinstance(message, EmailMessage)
    subject = _header(message, "Subject")
    builder.heading(subject, 1)
    lines = [f"{key}: {value}" for key in _HEADERS if (value := _header(message, key))]
    builder.add("\n".join(lines), "list")
    attached = _body(message, builder)
    if attached:
        builder.add(f"Attachments: {', '.join(attached)}", "list")
    return subject


def _header(message: EmailMessage, key: str) -> str:
    try:
        return one_line(str(message.get(key, "")))
    except Exception:  # the standard library's parser of headers fails in many ways on damaged ones
        return ""


def _body(message: EmailMessage, builder: TextBuilder) -> list[str]:
    """Add the text of a message, plain where there is a plain part; names of what is attached."""
    attached: list[str] = []
    texts: list[tuple[str, str]] = []
    for part in _leaves(message):
        kind = part.get_content_type()
        file = one_line(part.get_filename() or "")
        if file or kind not in {"text/plain", "text/html"}:
            attached.append(file or kind)
        else:
            texts.append((kind, _text(part)))
    plain = [text for kind, text in texts if kind == "text/plain" and text.strip()]
    for text in plain:
        for start, end in paragraphs(text, 0, len(text)):
            builder.add(text[start:end])
    for kind, text in texts:
        if not plain and kind == "text/html":
            html.write(parse_html(text), builder, below=1)
    return attached


def _leaves(message: EmailMessage) -> list[EmailMessage]:
    """The parts that hold something, in order; forwarded messages opened."""
    leaves: list[EmailMessage] = []
    waiting: list[tuple[EmailMessage, int]] = [(message, 0)]
    while waiting and len(leaves) < _MAX_PARTS:
        part, depth = waiting.pop(0)
        if part.is_multipart() and depth < _MAX_NESTED:
            inner = part.get_payload()
            below = (
                [p for p in inner if isinstance(p, EmailMessage)] if isinstance(inner, list) else []
            )
            waiting[:0] = [(p, depth + 1) for p in below]
        elif not part.is_multipart():
            leaves.append(part)
    return leaves


def _text(part: EmailMessage) -> str:
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    try:
        return data.decode(part.get_content_charset("utf-8"))
    except (LookupError, UnicodeDecodeError):
        pass
    try:
        return decode(data)[0]
    except DocumentError:
        return ""
