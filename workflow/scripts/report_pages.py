"""Tables and cards of the study -> the pages of its report."""

from pathlib import Path

from nascent.parts import make_parts

make_parts(snakemake, Path(__file__).parent)
