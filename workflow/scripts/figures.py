"""Tables, examples and maps -> the figures that one job draws."""

from pathlib import Path

from nascent.parts import make_parts

make_parts(snakemake, Path(__file__).parent)
