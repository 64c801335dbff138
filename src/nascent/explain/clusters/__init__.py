"""Channels whose maps are alike."""
