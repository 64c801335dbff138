"""Channels that repeat each other."""
