"""Figures as they stand on the page: WebP, no larger than a screen can show."""

from base64 import b64encode
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image


@dataclass(frozen=True)
class Size:
    """How an image is stored.

    Attributes
    ----------
    width
        At most, in pixels.
    quality
        Of WebP, 0 to 100.
    """

    width: int
    quality: int


PER_CSS_PIXEL = 1.44
"""Pixels of a figure's file that make one of a page."""

FULL = Size(1440, 80)
FOLDED = Size(1080, 70)
"""Of figures that are shown at once, and of those that a reader opens."""


@dataclass(frozen=True)
class Image64:
    """An image inside of a page.

    Attributes
    ----------
    source
        A `data:` address.
    width, height
        In pixels.
    shown
        Width at which text has the same size in all figures, in CSS pixels.
    """

    source: str
    width: int
    height: int
    shown: int


def images(wanted: Iterable[tuple[Path, Size]], threads: int = 2) -> list[Image64]:
    """Return image files as they stand in a page, in order."""
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(lambda one: image(*one), wanted))


def image(path: Path, size: Size) -> Image64:
    """Return an image file as it stands in a page, on white where it is transparent."""
    with Image.open(path) as opened:
        whole = opened.convert("RGBA")
    canvas = Image.new("RGB", whole.size, "white")
    canvas.paste(whole, mask=whole.getchannel("A"))
    if canvas.width > size.width:
        height = round(canvas.height * size.width / canvas.width)
        canvas = canvas.resize((size.width, height), Image.Resampling.LANCZOS)
    stream = BytesIO()
    canvas.save(stream, "WEBP", quality=size.quality, method=2)
    text = b64encode(stream.getvalue()).decode("ascii")
    shown = round(whole.width / PER_CSS_PIXEL)
    return Image64(f"data:image/webp;base64,{text}", canvas.width, canvas.height, shown)
