"""The table of the figures of a study's data and models.

Figures of checks stand with their check, in `nascent.explain.checks`. The rules read both tables as
Snakemake starts, so this loads nothing that draws.
"""

from pathlib import Path

from nascent.figure import DATA, MODELS, Figure
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
        ("size", "factor"),
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
    ),
    Figure(
        "designs",
        MODELS,
        "by {example} and by {group}",
        (COMPARISON, "evaluate/confounders.tsv"),
        ("target", "label", "task"),
    ),
    Figure(
        "controls",
        MODELS,
        "colour or structure",
        ("evaluate/controls.tsv",),
        ("target", "label", "task"),
    ),
)
"""Figures of the study's data and of its models together."""


def figures_of(kind: Kind) -> list[Figure]:
    """Return the figures of data and models that a study of a kind of data has."""
    return [figure for figure in FIGURES if not figure.of_kinds or figure.name in kind.figures]


def source_of(figure: Figure) -> Path:
    """Return the file of the module that draws a figure."""
    return Path(__file__).with_name(f"{figure.drawing.partition('.')[0]}.py")
