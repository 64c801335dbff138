"""Tables of the checks of all explanations -> their figures."""

from pathlib import Path

from nascent.parts import make_parts

make_parts(snakemake, Path(__file__).parent)
