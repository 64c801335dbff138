"""Profiles and mean maps of a model and method -> figure of where in the example maps lie."""

from nascent.explain.radial.mean_maps import read_mean_maps
from nascent.explain.standing import read_standing
from nascent.figures import radial
from nascent.figures.banner import headed
from nascent.figures.explained import counts, explained, with_facts
from nascent.figures.facts import intervals_over
from nascent.figures.save import save
from nascent.files import read_table
from nascent.jobs import job
from nascent.words import worded

with job(snakemake) as work:
    params, given, wildcards = snakemake.params, snakemake.input, snakemake.wildcards
    table, maps = read_table(given.table), read_mean_maps(given.mean_maps)
    figure = radial.draw(table, maps, pixel_size=params.pixel_size)
    shown = explained(wildcards.model, wildcards.method, **params.told)
    sure = table["low"].notna().any()
    few = worded("too few {groups} for intervals")
    bands = intervals_over(shown.confidence, drawn="bands") if sure else few
    with_facts(figure, shown, counts(table), bands, radial.in_words(maps))
    standing = read_standing(given.verdict, given.randomisation, **params.explained)
    save(headed(figure, standing), snakemake.output.png, work.record)
