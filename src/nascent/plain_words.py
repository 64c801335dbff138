"""What code names of tables and configs are called where a person reads them.

Tables, files and configs keep their names. Figures, pages and captions show these words, in the
words of the kind where a name stands in braces (`nascent.words.worded`).
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from nascent.evaluate.verdicts import BEATS, LOSES
from nascent.explain.statistics.dependence import TARGETS, VERDICTS, WEIGHTS
from nascent.words import worded

if TYPE_CHECKING:
    import pandas as pd

METHODS: Mapping[str, str] = {
    "channel_ablation": "{feature} ablation",
    "expected_gradients": "Expected Gradients",
    "grad_cam": "Grad-CAM",
    "gradient": "gradients",
    "hirescam": "HiResCAM",
    "input_x_gradient": "input × gradient",
    "integrated_gradients": "Integrated Gradients",
    "occlusion": "occlusion",
    "smoothgrad": "SmoothGrad",
    "smoothgrad_squared": "squared SmoothGrad",
    "vargrad": "VarGrad",
}
"""Attribution method, as its file is called → in words."""

REFERENCES: Mapping[str, str] = {
    "mean": "training mean",
    "ols": "least squares on {feature} means",
    "ridge": "ridge regression on {feature} means",
    "ols_per_cell": "least squares on standardised {feature} means",
    "majority": "class frequencies",
    "logistic": "logistic regression on {feature} means",
    "logistic_per_cell": "logistic regression on standardised {feature} means",
}
"""Reference predictor that every kind may have, in the tables a floor → in words."""

VERDICT_WORDS: Mapping[str, str] = {
    BEATS: "beats the best reference predictor",
    LOSES: "does not beat the best reference predictor",
    VERDICTS[WEIGHTS][0]: "depends on the weights",
    VERDICTS[WEIGHTS][1]: "does not depend on the weights",
    VERDICTS[TARGETS][0]: "depends on the training targets",
    VERDICTS[TARGETS][1]: "does not depend on the training targets",
}
"""Verdict of a table → as it is shown; others are shown as they are."""


def method_words(function: str) -> str:
    """Return an attribution method in words.

    Parameters
    ----------
    function
        As its file in `nascent.attribute.methods` is called.
    """
    return worded(METHODS[function]) if function in METHODS else spaced(function)


def explanation_words(name: str, methods: Mapping[str, Mapping[str, object]]) -> str:
    """Return the method of a study in words: `ig` is Integrated Gradients.

    Where two of a study are made by one function, their own names stand in brackets. That of a
    further target, `ig.area`, names the target.

    Parameters
    ----------
    name
        As in tables and paths.
    methods
        `attribute.methods` of the config: name → options, with `method`.
    """
    own, _, column = name.partition(".")
    if own not in methods:
        return spaced(name)
    functions = [str(options.get("method")) for options in methods.values()]
    function = str(methods[own].get("method"))
    words = method_words(function)
    if functions.count(function) > 1:
        words += f" ({own})"
    return f"{words} of {spaced(column)}" if column else words


def reference_words(name: str, of_kind: Mapping[str, str] | None = None) -> str:
    """Return a reference predictor in words.

    Parameters
    ----------
    name
        As in tables, such as `ols`.
    of_kind
        Words of those that a kind alone has, see `nascent.kind.Kind.references`.
    """
    known = {**REFERENCES, **(of_kind or {})}
    return worded(known[name]) if name in known else spaced(name)


def renamed(table: "pd.DataFrame", called: Mapping[str, str]) -> "pd.DataFrame":
    """Return a table in which predictors are called by their words.

    Parameters
    ----------
    table
        Of the evaluation: its columns `model`, `other` and `best_floor`, those that it has.
    called
        Name → words; others keep their names.
    """
    columns = [name for name in ("model", "other", "best_floor") if name in table]
    return table.assign(**{name: table[name].replace(dict(called)) for name in columns})


def verdict_words(verdict: str) -> str:
    """Return a verdict of a table as it is shown."""
    return VERDICT_WORDS.get(verdict, verdict)


def spaced(name: str) -> str:
    """Return a name with spaces for underscores."""
    return name.replace("_", " ")
