"""The stages of a study, in the order in which data flow."""

STAGES = (
    "simulate",
    "crops",
    "splits",
    "shards",
    "tune",
    "train",
    "evaluate",
    "attribute",
    "explain",
    "figures",
    "report",
)


def stage_of(rule: str) -> str:
    """Return the stage a rule belongs to: its name up to the first underscore."""
    return rule.partition("_")[0]
