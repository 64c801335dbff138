"""Explanation: what the attribution maps of many examples say together, with intervals."""
