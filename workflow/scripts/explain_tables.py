"""Maps of one model and method -> tables of what is read out of them."""

from pathlib import Path

from nascent.parts import make_parts

make_parts(snakemake, Path(__file__).parent)
