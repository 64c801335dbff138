"""The stages of a study, in the order in which data flow."""

from collections.abc import Iterable, Sequence

GENERAL = (
    "splits",
    "shards",
    "tune",
    "train",
    "evaluate",
    "embed",
    "attribute",
    "explain",
    "figures",
    "report",
)
"""Those of every study, behind the one that makes examples, which is a kind's own."""
SIMULATE = "simulate"


def stages_of(first: str) -> tuple[str, ...]:
    """Return the stages of a study in order, of which `first` makes examples of the raw data."""
    return (SIMULATE, first, *GENERAL)


def stage_of(rule: str) -> str:
    """Return the stage a rule belongs to: the first part of its name that is a stage.

    Names of rules that another workflow takes over may begin with a word of its own, as in
    `nascent_train`. A name without a stage of every study begins with that of a kind's own.
    """
    parts, stages = rule.split("_"), (SIMULATE, *GENERAL)
    return next((part for part in parts if part in stages), parts[0])


def in_order(found: Iterable[str], stages: Sequence[str]) -> list[str]:
    """Return the stages that are found in the order of `stages`, others last.

    A stage that a kind of data has for itself is not lost where nobody knows its place.
    """
    own = list(dict.fromkeys(found))
    return [*(one for one in stages if one in own), *(one for one in own if one not in stages)]
