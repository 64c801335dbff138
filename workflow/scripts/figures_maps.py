"""Maps of one model and method, and what is read out of them -> their figures."""

from pathlib import Path

from nascent.parts import make_parts

make_parts(snakemake, Path(__file__).parent)
