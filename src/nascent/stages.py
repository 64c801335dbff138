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
    """Return the stage a rule belongs to: the first part of its name that is a stage.

    Names of rules that another workflow takes over may begin with a word of its own, as in
    `nascent_train`. A name without any stage begins with the name of one that is not listed here.
    """
    parts = rule.split("_")
    return next((part for part in parts if part in STAGES), parts[0])
