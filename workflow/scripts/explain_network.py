"""Maps of one model and method, and the model -> checks of the maps that ask it again."""

from pathlib import Path

from nascent.parts import make_parts

make_parts(snakemake, Path(__file__).parent)
