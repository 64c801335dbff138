"""Write which sum of a map agrees best with use into docs/studies.md, from what was measured.

    python benchmarks/aggregates.py
    python docs/make_aggregates.py

What stands between `<!-- aggregates -->` and `<!-- end -->` is written anew.
"""

import re
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from nascent.files import read_table, written

DOCS = Path(__file__).parent
PAGE, TABLE = DOCS / "studies.md", DOCS / "aggregates.tsv"
SUMS = ("absolute", "smoothed", "net", "squared")
"""Signed shares are no shares of a whole, and are left out."""

HEAD = ("study", "method", *(f"`{name}`" for name in SUMS), "pairs in order", "random weights")


def main() -> None:
    """Fill the page."""
    head = [line_of(HEAD), line_of(["---"] * len(HEAD)).replace(" ", "")]
    lines = "\n".join([*head, *rows(read_table(TABLE))])
    text = PAGE.read_text(encoding="utf-8")
    pattern = r"(<!-- aggregates -->\n).*?(<!-- end -->)"
    text = re.sub(pattern, rf"\g<1>\n{lines}\n\n\g<2>", text, flags=re.DOTALL)
    with written(PAGE) as beside:
        beside.write_text(text, encoding="utf-8")


def rows(table: pd.DataFrame) -> list[str]:
    """Return a line a study and method: of each sum rank correlation with use and cells on top.

    The pairs in order are those of the best sum, random weights those of the sum that is on top
    most often by chance.
    """
    lines = []
    for (study, method), own in table.groupby(["study", "method"], sort=False):
        sums = own.groupby("aggregate")[["rho", "ordered", "on_top", "random"]]
        told = []
        for name in SUMS:
            seeds = own[own["aggregate"] == name]
            told.append(f"{over_seeds(seeds['rho'])}; {over_seeds(100 * seeds['on_top'], ' %')}")
        means = sums.mean().reindex(list(SUMS))
        best, worst = means["ordered"].max(), means["random"].max()
        told += [
            "–" if pd.isna(best) else f"{best:.2f}",
            "–" if pd.isna(worst) else f"{100 * worst:.0f} %",
        ]
        lines.append(line_of([study, method, *told]))
    return lines


def line_of(fields: Iterable[str]) -> str:
    """Return fields as a line of a table."""
    return f"| {' | '.join(fields)} |"


def over_seeds(values: pd.Series, unit: str = "") -> str:
    """Return the mean over seeds with their range; a dash where there is nothing."""
    known = values.dropna()
    if known.empty:
        return "–"
    places = 0 if unit else 2
    mean, low, high = (f"{value:.{places}f}" for value in (known.mean(), known.min(), known.max()))
    return f"{mean}{unit}" if len(known) == 1 else f"{mean}{unit} ({low} to {high})"


if __name__ == "__main__":
    main()
