"""Kinds of studies: one file each, found by its name (`nascent.kind`)."""
