"""Intervals and verdicts: the one place that decides how sure a statement is."""
