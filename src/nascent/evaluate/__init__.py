"""Predictions of models and of the floors they must beat, and how good they are."""
