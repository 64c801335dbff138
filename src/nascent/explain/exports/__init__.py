"""Scores of channels as tables for other programs."""
