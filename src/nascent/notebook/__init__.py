"""A study in a notebook: its tables, cells, models and maps, without Snakemake.

`nascent.open_study` is where to begin. Jobs of the workflow import nothing of this package.
"""
