"""Explanation: what the attribution maps of many cells say together, with intervals."""
