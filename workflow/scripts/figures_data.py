"""What the study holds -> the figures of its data."""

from pathlib import Path

from nascent.parts import make_parts

make_parts(snakemake, Path(__file__).parent)
