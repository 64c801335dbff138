"""Maps of one model and method, and the model -> what is read out of them, and their checks."""

from pathlib import Path

from nascent.parts import make_parts

make_parts(snakemake, Path(__file__).parent)
