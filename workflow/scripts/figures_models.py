"""Histories and metrics of every model -> the figures of the models."""

from pathlib import Path

from nascent.parts import make_parts

make_parts(snakemake, Path(__file__).parent)
