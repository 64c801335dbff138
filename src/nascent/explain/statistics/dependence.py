"""Words for whether maps depend on what was randomised: the weights of a model, or its targets."""

from collections.abc import Mapping

WEIGHTS, TARGETS = "weights", "targets"
"""Stages of a table of randomisation that have a verdict."""

SURVIVES = 0.5
"""A mean rank correlation above this is said to survive. A convention: from here on maps share more
than a quarter of the variance of their ranks."""

VERDICTS: Mapping[str, tuple[str, str]] = {
    WEIGHTS: ("depends on the model", "does not depend on the model"),
    TARGETS: ("depends on the targets", "does not depend on the targets"),
}
"""Stage → what is said of maps that change, and of maps that stay what they were."""
