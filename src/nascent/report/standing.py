"""In which part of the report the figures of an explanation stand."""

from collections.abc import Mapping

from nascent.explain.standing import FAILS, OPEN, PASSES

SUBCATEGORIES: Mapping[str, str] = {
    PASSES: "Maps that passed both basic checks",
    OPEN: "Maps undecided: cannot tell",
    FAILS: "Maps with a failed check",
}
"""Standing → part of the report. It sorts them by name: those that fail come last."""
