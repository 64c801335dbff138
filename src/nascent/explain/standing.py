"""What an explanation may be relied on for: the one place that decides it, from tables of checks.

An explanation is a model and a method. Two checks decide its standing:

- the model beats the reference predictors (`evaluate/comparison.tsv`): where it does not, its maps
  explain predictions that simple predictors make as well;
- the maps depend on the model (`explain/randomisation.tsv`, all weights drawn anew): where they do
  not, they show the image and not what was learnt.

It *passes* where both hold, *fails* where one is shown not to hold, and is *cannot tell* else: that
is neither failure nor success. Maps are judged at the levels of entries and pixels, and at that of
channels where it is the only one; they fail where any level is shown not to depend on the model.
With several seeds all have to say the same, and one that fails is enough to fail.

Explanations come in the order passes, cannot tell, fails. The first is the default view.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from nascent.evaluate.verdicts import BEATS, LOSES
from nascent.explain.reading.map_levels import CHANNELS, ENTRIES, PIXELS
from nascent.explain.statistics.dependence import VERDICTS, WEIGHTS
from nascent.files import read_table
from nascent.statistics.verdict import CANNOT_TELL
from nascent.words import spoken, worded

PASSES, OPEN, FAILS = "passes", CANNOT_TELL, "fails"
ORDER = (PASSES, OPEN, FAILS)
STANDING = (
    "place", "model", "method", "standing", "model_verdict", "maps_verdict", "default", "sentence",
)  # fmt: skip
"""Columns of a table of standings."""

DEPENDS, SURVIVES = VERDICTS[WEIGHTS]
JUDGED = (ENTRIES, PIXELS)
LEVEL_WORDS = {ENTRIES: "{places} of {features}", PIXELS: "{places}", CHANNELS: "{features}"}
HOLDS = "The model beats the reference predictors, and the maps depend on its weights."
NONE_PASSES = {
    FAILS: "No explanation of this study passes its checks: each of them fails one.",
    OPEN: "No explanation of this study is shown to pass its checks.",
}


@dataclass(frozen=True)
class Standing:
    """What is shown of one explanation.

    Attributes
    ----------
    model, method : str
    model_verdict : str
        Of the model against the reference predictors, as the comparison has it; empty where it was
        not compared.
    maps_verdict : str
        Whether the maps depend on the model; empty where that was not checked.
    sentences : tuple of str
        What has to be said wherever the explanation is shown; none of one that passes.
    """

    model: str
    method: str
    model_verdict: str
    maps_verdict: str
    sentences: tuple[str, ...]

    @property
    def verdict(self) -> str:
        """`passes`, `cannot tell` or `fails`."""
        if self.model_verdict == LOSES or self.maps_verdict == SURVIVES:
            return FAILS
        return PASSES if (self.model_verdict, self.maps_verdict) == (BEATS, DEPENDS) else OPEN

    @property
    def sentence(self) -> str:
        """All sentences as one text."""
        return " ".join(self.sentences)


def standing(
    comparison: pd.DataFrame,
    randomisation: pd.DataFrame,
    *,
    model: str,
    method: str,
    target: str,
    called: Mapping[str, str] | None = None,
) -> Standing:
    """Return the standing of one explanation.

    Parameters
    ----------
    comparison
        Columns `model, target, best_floor, verdict` of one design.
    randomisation
        Columns `stage, level, mean, verdict`, and `model, method` where it is of several
        explanations; a row a seed, stage and level.
    model, method
        Of the explanation.
    target
        That the model was compared by.
    called
        Method, or reference predictor → what sentences call it; one left out keeps its name.
    """
    words = called or {}
    compared = comparison[(comparison["model"] == model) & (comparison["target"] == target)]
    rows = randomisation
    for name, value in (("model", model), ("method", method)):
        if name in rows:
            rows = rows[rows[name] == value]
    said = rows["verdict"].fillna("").astype(str)
    rows = rows[(rows["stage"] == WEIGHTS) & (said != "")]
    of_model, first = _of_model(compared, model, words)
    of_maps, second = _of_maps(rows, words.get(method, method))
    return Standing(model, method, of_model, of_maps, tuple(filter(None, (first, second))))


def _of_model(compared: pd.DataFrame, model: str, called: Mapping[str, str]) -> tuple[str, str]:
    """Return the verdict on a model and the sentence that it asks for, or none."""
    if compared.empty:
        return "", f"{model} was not compared with the reference predictors."
    row = compared.iloc[0]
    verdict, best = str(row["verdict"]), row["best_floor"]
    reference = "the best reference predictor"
    if isinstance(best, str):
        reference += f" ({called.get(best, best)})"
    if verdict == BEATS:
        return verdict, ""
    if verdict == LOSES:
        return verdict, (
            f"{model} does not predict better than {reference}: its maps are no evidence of what"
            f" matters in the {spoken().examples}."
        )
    return verdict, f"Cannot tell{_why(verdict)} whether {model} beats {reference}."


def _of_maps(rows: pd.DataFrame, method: str) -> tuple[str, str]:
    """Return whether maps depend on the model and the sentence it asks for."""
    if rows.empty:
        return "", f"Maps by {method} were not compared with maps of random weights."
    verdicts = rows["verdict"].astype(str)
    if (verdicts == SURVIVES).any():
        return SURVIVES, (
            f"Maps by {method} do not depend on the model: maps of random weights are much the same"
            f" (rank correlation of {_numbers(rows[verdicts == SURVIVES])})."
        )
    own = rows["level"].isin(JUDGED)
    judged, verdicts = (rows[own], verdicts[own]) if own.any() else (rows, verdicts)
    if (verdicts == DEPENDS).all():
        return DEPENDS, ""
    left = verdicts[verdicts != DEPENDS].iloc[0]
    return left, (
        f"Cannot tell{_why(left)} whether maps by {method} depend on the model (rank correlation"
        f" with maps of random weights, of {_numbers(judged[verdicts != DEPENDS])})."
    )


def _why(verdict: str) -> str:
    """Return the brackets behind `cannot tell`, which name the groups where there are too few."""
    rest = verdict.removeprefix(CANNOT_TELL).strip()
    return f" {rest}" if rest else ""


def _numbers(rows: pd.DataFrame) -> str:
    means = rows.groupby("level", sort=False)["mean"].mean()
    return ", ".join(f"{worded(LEVEL_WORDS[level])} {value:.2f}" for level, value in means.items())


def ordered(standings: Iterable[Standing]) -> list[Standing]:
    """Return explanations in the order in which they are shown: the first is the default view.

    Of equal standing, those of the study's target come before those of further targets
    (`<method>.<column>`), then those that less has to be said against, and else they keep their
    order.
    """
    return sorted(
        standings,
        key=lambda one: (ORDER.index(one.verdict), "." in one.method, len(one.sentences)),
    )


def standing_table(standings: Iterable[Standing]) -> pd.DataFrame:
    """Return the columns of `STANDING`, a row an explanation, the default view first.

    `default` is True in the first row, also where no explanation passes: something has to be shown
    first, and its sentence goes with it.
    """
    rows = [
        (
            place,
            one.model,
            one.method,
            one.verdict,
            one.model_verdict,
            one.maps_verdict,
            place == 1,
            one.sentence,
        )
        for place, one in enumerate(ordered(standings), start=1)
    ]
    return pd.DataFrame(rows, columns=list(STANDING))


def nothing_passes(table: pd.DataFrame) -> str:
    """Return what is said before all else where no explanation passes, or nothing.

    Parameters
    ----------
    table
        As `standing_table` gives it.
    """
    found = set(table["standing"])
    if not found or PASSES in found:
        return ""
    return NONE_PASSES[FAILS if found == {FAILS} else OPEN]


def read_standing(
    verdict_path: str | Path,
    randomisation_paths: Sequence[str | Path],
    *,
    model: str,
    method: str,
    target: str,
    called: Mapping[str, str] | None = None,
) -> Standing:
    """Read the standing of one explanation.

    Parameters
    ----------
    verdict_path
        The model's rows of the comparison.
    randomisation_paths
        Its tables of randomisation, one a seed.
    model, method, target, called
        See `standing`.
    """
    return standing(
        read_table(verdict_path, required=["model", "target", "best_floor", "verdict"]),
        pd.concat([_checked(path) for path in randomisation_paths], ignore_index=True),
        model=model,
        method=method,
        target=target,
        called=called,
    )


def _checked(path: str | Path) -> pd.DataFrame:
    return read_table(path, required=["stage", "level", "mean", "verdict"])
