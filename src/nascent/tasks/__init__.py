"""Kinds of answers: one file each, found by its name (`nascent.task`)."""
