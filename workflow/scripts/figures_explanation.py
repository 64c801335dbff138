"""Tables of the maps of a model and method -> the figure that is drawn of them."""

from nascent.explain.standing import read_standing
from nascent.figures.banner import headed
from nascent.figures.drawing import drawn, joined
from nascent.figures.explained import explained, noted, without_intervals
from nascent.figures.save import save
from nascent.jobs import job

with job(snakemake) as work:
    params, given = snakemake.params, snakemake.input
    options = {name: params[name] for name in params.options}
    tables = joined(given.tables, params.tables)
    figure = drawn(params.drawing, tables, options)
    wildcards = snakemake.wildcards
    table = tables[0] if params.intervals else without_intervals(tables[0])
    noted(figure, explained(wildcards.model, wildcards.method, **params.told), table)
    standing = read_standing(given.verdict, given.randomisation, **params.explained)
    save(headed(figure, standing), snakemake.output.png, work.record)
