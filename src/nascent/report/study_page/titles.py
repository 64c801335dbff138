"""Titles and notes of the tables on the page that no record of a check describes."""

from collections.abc import Mapping

from nascent.kind import capital
from nascent.words import worded

TITLES: Mapping[str, tuple[str, str]] = {
    "channel_correlations": (
        "{features} that repeat each other",
        "Correlation of every two {features} over the training {examples}: of {places}, and of"
        " means.",
    ),
    "quality": ("quality control", "{Examples} that each step kept and removed, by {part}."),
    "comparison": (
        "models and reference predictors",
        "On the test {examples}. Intervals are 95 %, over {examples} and over {groups}.",
    ),
    "pairs": (
        "every two models",
        "Metric of the model less that of the other, on the same test {examples}.",
    ),
    "levels": ("results by {group}", "Metrics on the test {examples} of each level."),
    "confounders": (
        "known factors",
        "Share of the target's variance that known factors alone explain.",
    ),
    "controls": (
        "intensity or structure",
        "Each model as it was trained, and with every {feature} of each {example} brought to mean"
        " 0 and SD 1.",
    ),
    "calibration": (
        "calibration of ensembles",
        "Spread of several seeds, beside the error. It is empty where models have one seed.",
    ),
    "confusion": ("true and predicted classes", "{Examples} of each true and predicted class."),
    "intervals": ("every metric with its intervals", ""),
    "metrics": ("every training on train, val and test", ""),
    "predictions": ("measured and predicted, every {example}", ""),
    "channel_groups": ("{features} that are exchanged together", ""),
    "channel_importance": (
        "share of the maps by {feature}",
        "Beside the share that the null gives, with intervals.",
    ),
    "use": (
        "what the models use of each {feature}",
        "What is lost on the test {examples} when a {feature} is exchanged between {examples}.",
    ),
    "strata": ("strata of the {examples}", "{Examples} of low, medium and high target."),
    "feature_attention": ("features of the network in the {example}", ""),
    "completeness": (
        "how far maps add up",
        "Share of the change in prediction that maps miss: median and 95th percentile.",
    ),
}
"""Table → title and note, of those that no record of a check describes."""


def titled(place: str) -> tuple[str, str]:
    """Return title and note of a table, by its place in the folder of the study."""
    name = place.rpartition("/")[2].removesuffix(".tsv")
    title, note = TITLES.get(name, (name.replace("_", " "), ""))
    return capital(worded(title)), worded(note)
