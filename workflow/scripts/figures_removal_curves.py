"""Removal by the maps of one model and method -> figure of its curves."""

from nascent.explain.standing import read_standing
from nascent.figures import removal
from nascent.figures.banner import headed
from nascent.figures.save import save
from nascent.files import read_table
from nascent.jobs import job

with job(snakemake) as work:
    params = snakemake.params
    table = read_table(snakemake.input.removal)
    figure = removal.draw_curves(table, label=params.label, confidence=params.confidence)
    standing = read_standing(
        snakemake.input.verdict, snakemake.input.randomisation, **params.explained
    )
    save(headed(figure, standing), snakemake.output.png, work.record)
