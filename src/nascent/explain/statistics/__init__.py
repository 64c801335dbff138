"""Means over examples, their intervals and what stands for chance."""
