"""Make the example report of the README from the demo's: `make example`.

It is the same page with smaller figures and the first rows of its tables, and says so. What a
report links to beside itself (figures as SVG and PDF, the explorer) is not part of the repository,
so these links are named and lead nowhere.
"""

import argparse
import json
import re
from base64 import b64decode, b64encode
from io import BytesIO
from pathlib import Path

from PIL import Image

from nascent.files import written

FIRST, QUALITY = 3, 38
"""How many figures the first screen has; quality of AVIF."""

FIRST_WIDTH, WIDTH, FOLDED_WIDTH = 1000, 640, 400
"""In pixels: of figures of the first screen, of others, of those folded away."""

FOLDED = 'class="folded-title"'
"""What stands before the part of a section that is folded away."""

ROWS = 200
"""Of each table."""

NOTE = f"An example, with smaller figures and the first {ROWS} rows of each table. "
ABOUT = '<p class="about">'

IMAGE = re.compile(r"data:image/\w+;base64,([A-Za-z0-9+/=]+)")
TABLE = re.compile(r'(<script type="application/json" id="[^"]*-rows">)(.*?)(</script>)', re.DOTALL)
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
            text = found.string
            folded = text.rfind(FOLDED, 0, found.start()) > text.rfind(
                "</section>", 0, found.start()
            )
            width = FIRST_WIDTH if len(smaller) < FIRST else FOLDED_WIDTH if folded else WIDTH
            smaller[data] = shrunk(data, width)
        return smaller[data]

    page = re.sub(r"Shown are the first [\d,]+ of", f"Shown are the first {ROWS} of", page)
    text = TABLE.sub(first_rows, BESIDE.sub(r"\1", page)).replace(ABOUT, ABOUT + NOTE, 1)
    return IMAGE.sub(image, text)


def first_rows(found: re.Match[str]) -> str:
    """Return the rows of a table as the page holds them, the first ones alone."""
    table = json.loads(found[2])
    table["rows"] = table["rows"][:ROWS]
    text = json.dumps(table, ensure_ascii=False, separators=(",", ":"))
    return found[1] + text.replace("<", "\\u003c") + found[3]


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
