"""The table of the figures of a study's data and models.

Figures of checks stand with their check, in `nascent.explain.checks`. The rules read both tables as
Snakemake starts, so this loads nothing that draws.
"""

from pathlib import Path

from nascent.figure import DATA, DESIGNS, MODELS, SEEDS, Figure
from nascent.kind import Kind

COMPARISON = "evaluate/comparison.tsv"

FIGURES = (
    Figure("crops", DATA, "{examples} and masks", of_kinds=True),
    Figure("quality", DATA, "quality control", ("{examples}/quality.tsv",), of_kinds=True),
    Figure(
        "sizes",
        DATA,
        "sizes of the {examples}",
        ("{examples}/cells.tsv",),
        ("size", "factor", "pixel_size"),
        of_kinds=True,
    ),
    Figure("balance", DATA, "balance of the splits"),
    Figure("pixels", DATA, "{place} distributions", of_kinds=True),
    Figure("target", DATA, "target and strata"),
    Figure("learning", MODELS, "learning curves"),
    Figure(
        "comparison",
        MODELS,
        "models and reference predictors",
        (COMPARISON, "evaluate/metrics.tsv"),
        ("target", "label", "task", "references"),
    ),
    Figure(
        "seeds",
        MODELS,
        "seeds and ensembles",
        (COMPARISON, "evaluate/metrics.tsv", "evaluate/calibration.tsv"),
        ("target", "label", "task"),
        several=SEEDS,
    ),
    Figure(
        "designs",
        MODELS,
        "by {example} and by {group}",
        (COMPARISON, "evaluate/confounders.tsv"),
        ("target", "label", "task", "references"),
        several=DESIGNS,
    ),
    Figure(
        "controls",
        MODELS,
        "intensity or structure",
        ("evaluate/controls.tsv",),
        ("target", "label", "task", "references"),
    ),
    Figure(
        "plate",
        MODELS,
        "plate map: target, error and number by {part}",
        ("{examples}/cells.tsv", "evaluate/predictions.tsv", COMPARISON),
        ("target", "label", "task"),
        of_kinds=True,
    ),
)
"""Figures of the study's data and of its models together."""


def figures_of(kind: Kind, *, designs: int, seeds: int) -> list[Figure]:
    """Return the figures of data and models that a study has.

    Parameters
    ----------
    kind
        Its kind of data.
    designs
        In how many ways the examples are split.
    seeds
        How many a model has at most.
    """
    several = {name for name, count in ((DESIGNS, designs), (SEEDS, seeds)) if count > 1}
    return [
        figure
        for figure in FIGURES
        if (not figure.of_kinds or figure.name in kind.figures)
        and (not figure.several or figure.several in several)
    ]


def source_of(figure: Figure) -> Path:
    """Return the file of the module that draws a figure."""
    return Path(__file__).with_name(f"{figure.drawing.partition('.')[0]}.py")
