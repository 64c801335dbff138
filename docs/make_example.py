"""Make the example report of the README from the demo's: `make example`.

It is the same page with smaller figures. What a report links to beside itself (figures as SVG and
PDF, tables, the explorer) is not part of the repository, so these links are named and lead nowhere.
"""

import argparse
import re
from base64 import b64decode, b64encode
from io import BytesIO
from pathlib import Path

from PIL import Image

from nascent.files import written

FIRST, FIRST_WIDTH, WIDTH, QUALITY = 3, 1000, 680, 38
"""How many figures the first screen has; width in pixels of these and of the others; of AVIF."""

IMAGE = re.compile(r"data:image/\w+;base64,([A-Za-z0-9+/=]+)")
BESIDE = re.compile(r'(<a\b[^>]*?) href="(?!#|https?:|mailto:|data:)[^"]*"')


def main() -> None:
    """Write `docs/example/report.html`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--report", type=Path, default=Path("results/demo/report.html"))
    parser.add_argument("--out", type=Path, default=Path("docs/example/report.html"))
    given = parser.parse_args()
    text = example(given.report.read_text(encoding="utf-8"))
    with written(given.out) as beside:
        beside.write_text(text, encoding="utf-8")
    print(f"wrote {given.out}, {len(text.encode()) / 1e6:.1f} MB")


def example(page: str) -> str:
    """Return a report with smaller figures and without links to files beside it."""
    smaller: dict[str, str] = {}

    def image(found: re.Match[str]) -> str:
        data = found[1]
        if data not in smaller:
            smaller[data] = shrunk(data, FIRST_WIDTH if len(smaller) < FIRST else WIDTH)
        return smaller[data]

    return IMAGE.sub(image, BESIDE.sub(r"\1", page))


def shrunk(data: str, width: int) -> str:
    """Return an image as a `data:` address, at most so many pixels wide."""
    with Image.open(BytesIO(b64decode(data))) as opened:
        picture = opened.convert("RGB")
    if picture.width > width:
        height = round(picture.height * width / picture.width)
        picture = picture.resize((width, height), Image.Resampling.LANCZOS)
    stream = BytesIO()
    picture.save(stream, "AVIF", quality=QUALITY, speed=8)
    return f"data:image/avif;base64,{b64encode(stream.getvalue()).decode('ascii')}"


if __name__ == "__main__":
    main()
