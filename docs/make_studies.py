"""Write what the shipped studies found into docs/studies.md, from their tables.

    python docs/make_studies.py

Each study has a pair of marks in the page, `<!-- study: <name> -->` and `<!-- end -->`; between
them comes a table of its comparison. Between `<!-- truth: <name> -->` and `<!-- end -->` comes what
maps found of the truth that is planted. What has not been made here stays as it stands there.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from nascent.files import read_table
from nascent.kind import kind_of
from nascent.kinds.cells.simulate.truth import read_truth
from nascent.plain_words import VERDICT_WORDS, reference_words
from nascent.words import speaking

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "studies.md"
SCORES = {
    "trained": "map",
    "used": "map, of what the model uses",
    "randomised": "map, random weights",
    "image": "strongest map of the image",
}
HEAD_TRUTH = (
    "| model, seed | method | scores | pixels, × chance | ceiling | a planted channel is on top"
    " | all planted channels are | pixels: verdict |"
)
HEAD = "| split | predictor | R² | over cells | over wells | MAE | verdict |"
SPLITS = {"example": "by cell", "group": "by well", "leave_one_group_out": "one well left out"}


def main() -> None:
    """Fill the page."""
    text = PAGE.read_text(encoding="utf-8")
    for what, name in re.findall(r"<!-- (study|truth): (\w+) -->", text):
        lines = {"study": lines_of_study, "truth": lines_of_truth}[what](name)
        if lines is None:
            print(f"{what} of {name}: not made here, left as it stands")
            continue
        pattern = rf"(<!-- {what}: {name} -->\n).*?(<!-- end -->)"
        text = re.sub(pattern, rf"\g<1>\n{lines}\n\n\g<2>", text, flags=re.DOTALL)
        print(f"{what} of {name}: written")
    PAGE.write_text(text, encoding="utf-8")


def lines_of_study(name: str) -> str | None:
    """Return the comparison of a study; None where there is none."""
    path = ROOT / "results" / name / "evaluate" / "comparison.tsv"
    if not path.is_file():
        return None
    comparison = read_table(path)
    found = "\n".join([HEAD, "|---|---|---|---|---|---|---|", *rows(comparison)])
    if name == "wells":
        found += f"\n\n{lost(comparison, planted_share(name))}"
    return found


def lines_of_truth(name: str) -> str | None:
    """Return what the maps of a study found of its truth; None where nobody looked."""
    folder = ROOT / "results" / name / "explain"
    tables = []
    for path in sorted(folder.glob("*/*/*/truth.tsv")):
        of = zip(("model", "seed", "method"), path.relative_to(folder).parts[:3], strict=True)
        tables.append(read_table(path).assign(**dict(of)))
    if not tables:
        return None
    truth = pd.concat(tables, ignore_index=True)
    return "\n".join([HEAD_TRUTH, "|---|---|---|---|---|---|---|---|", *found_of_truth(truth)])


def rows(comparison: pd.DataFrame) -> list[str]:
    """Return a line of the table for the best reference predictor and each model, by design."""
    own = comparison[comparison["target"] == "target"]
    lines = []
    for design, rows_of in own.groupby("design", sort=False):
        references = rows_of[rows_of["floor"]]
        best = references.loc[[references["mae"].idxmin()]]
        for row in pd.concat([best, rows_of[~rows_of["floor"]]]).itertuples():
            verdict = "" if row.floor else VERDICT_WORDS.get(row.verdict, row.verdict)
            lines.append(
                f"| {SPLITS.get(design, design)} | {called(row)} | {row.r2:.2f}"
                f" | {between(row.r2_low, row.r2_high)}"
                f" | {between(row.r2_low_groups, row.r2_high_groups)} | {row.mae:.1f} | {verdict} |"
            )
    return lines


def called(row: object) -> str:
    """Return the name of a model, or a reference predictor in words."""
    if not row.floor:
        return f"`{row.model}`"
    kind = kind_of("cells")
    with speaking(kind.words.plain()):
        return f"best reference: {reference_words(row.model, kind.references)}"


def found_of_truth(truth: pd.DataFrame) -> list[str]:
    """Return a line for the scores of each model, seed and method: what was planted and is found.

    Pixels: average precision over that of a random order. Channels: percent of the cells. Of the
    maps of the image the strongest of each measure is told.
    """
    lines = []
    for (model, seed, method), rows in explanations(truth):
        for scores, name in SCORES.items():
            of = rows[rows["scores"] == scores].set_index("what")
            if "pixel_precision" not in of.index or not of.loc["pixel_precision", "cells"] > 0:
                continue
            pixels = of.loc["pixel_precision"]
            channels = [
                f"{100 * of.loc[what, 'value']:.0f} %"
                for what in ("top_channel", "all_top_channels")
            ]
            verdict = pixels["verdict"] if isinstance(pixels["verdict"], str) else ""
            of_image = f" ({pixels['map']})" if scores == "image" else ""
            lines.append(
                f"| {model}, {seed} | {method} | {name}{of_image}"
                f" | {pixels['lift']:.1f}, {between(pixels['lift_low'], pixels['lift_high'])}"
                f" | {pixels['lift_ceiling']:.1f} | {channels[0]} | {channels[1]} | {verdict} |"
            )
    return lines


def explanations(truth: pd.DataFrame) -> Iterator[tuple[tuple, pd.DataFrame]]:
    """Yield model, seed and method with their rows, which say in `scores` what they are of."""
    whole = truth[truth["channel"].isna()]
    planted, own = whole["truth"] == "planted", whole["map"] == "trained"
    parts = {
        "trained": planted & own,
        "used": (whole["truth"] == "used") & own,
        "randomised": planted & (whole["map"] == "randomised"),
        "image": planted & (whole["strongest"].astype(str) == "True"),
    }
    marked = pd.concat([whole[rows].assign(scores=name) for name, rows in parts.items()])
    yield from marked.groupby(["model", "seed", "method"], sort=False)


def planted_share(study: str) -> float:
    """Return the share of the target's variance that the planted shifts of the wells make."""
    place = ROOT / "results" / study
    cells = read_table(place / "crops" / "cells.tsv")
    names = cells["plate"].astype(str) + "_" + cells["well"].astype(str)
    shifts = {
        name: read_truth(place / "simulate" / "truth" / f"{name}.h5").attributes["well_shift"]
        for name in names.unique()
    }
    return float(names.map(shifts).var() / cells["target"].var())


def lost(comparison: pd.DataFrame, planted: float) -> str:
    """Return what R² loses from known wells to new ones, beside what was planted."""
    own = comparison[comparison["target"] == "target"]
    r2 = own.pivot(index="model", columns="design", values="r2")
    told = ", ".join(
        f"{model} {r2.loc[model, 'example'] - r2.loc[model, 'group']:.2f}"
        for model in ("simple_cnn", "ols", "linear")
    )
    return (
        f"The planted shifts make {planted:.2f} of the target's variance. R² by cell less R² by"
        f" well: {told}."
    )


def between(low: float, high: float) -> str:
    """Return an interval in words; a dash where there is none."""
    return "–" if pd.isna(low) else f"{low:.2f} to {high:.2f}"


if __name__ == "__main__":
    main()
