"""Means over cells, their intervals and what stands for chance."""
