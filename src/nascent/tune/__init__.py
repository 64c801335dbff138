"""Searching for options of a model: candidates, and the choice among them on validation."""
