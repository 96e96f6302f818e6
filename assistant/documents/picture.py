"""Pictures of text: a photographed letter, a scanned page, the pages of a fax."""

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from assistant.documents import ocr
from assistant.documents.document import Document
from assistant.documents.pdf_paragraphs import paragraphs, write
from assistant.documents.text_builder import TextBuilder
from assistant.errors import DocumentError, NoTextError

if TYPE_CHECKING:
    from PIL.Image import Image

# Decoded, each takes three bytes: a page of A4 at 300 dots an inch has nine million.
MAX_PIXELS = 100_000_000
# What is smaller is an icon.
_MIN_SIDE = 32
_FORMATS = ("PNG", "JPEG", "TIFF", "WEBP")


def parse(data: bytes, name: str) -> Document:
    """The document of a picture. Raises DocumentError, NoTextError if there is no text in it."""
    from PIL import Image, ImageFile

    Image.MAX_IMAGE_PIXELS = MAX_PIXELS // 2  # Pillow refuses twice as many
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as picture:
            return _document(picture, name)
    except Image.DecompressionBombError as error:
        raise _too_large() from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise DocumentError("It is damaged: it is not a picture.") from error


def _document(picture: "Image", name: str) -> Document:
    count = getattr(picture, "n_frames", 1) if picture.format == "TIFF" else 1
    read = min(count, ocr.MAX_PAGES)
    told = ocr.on_page.get()
    told(0, read)
    pages = []
    for number, pixels in enumerate(_pages(picture, read), start=1):
        pages.append(ocr.read(pixels, number) if min(pixels.shape[:2]) >= _MIN_SIDE else [])
        told(number, read)
    if not any(pages):
        raise NoTextError(ocr.NO_TEXT)
    builder = TextBuilder()
    write(list(paragraphs(pages)), builder)
    more = f"Only the first {read:,} of its {count:,} pages were read." if count > read else ""
    return builder.document(builder.first_heading() or name, more)


def _pages(picture: "Image", count: int) -> Iterator[Any]:
    """Each page as an array of blue, green and red, upright, and no larger than is read."""
    import numpy as np
    from PIL import Image, ImageOps

    for index in range(count):
        picture.seek(index)
        if picture.width * picture.height > MAX_PIXELS:
            raise _too_large()
        picture.draft("RGB", (ocr.MAX_SIDE, ocr.MAX_SIDE))  # a JPEG is decoded smaller at once
        page = ImageOps.exif_transpose(picture)
        if page.has_transparency_data:
            clear = page.convert("RGBA")
            page = Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear)
        page = page.convert("RGB")
        page.thumbnail((ocr.MAX_SIDE, ocr.MAX_SIDE))
        yield np.asarray(page)[:, :, ::-1]


def _too_large() -> DocumentError:
    return DocumentError(
        f"It has more than {MAX_PIXELS // 1_000_000} million pixels.", "Save it smaller."
    )
