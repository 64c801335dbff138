"""Words for what a comparison says of a model against the best floor."""

BEATS, LOSES = "beats the best floor", "does not beat it"
"""Anything else is left open, see `nascent.statistics.verdict`."""
