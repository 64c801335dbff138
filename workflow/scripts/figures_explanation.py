"""Tables of the maps of a model and method -> the figure that is drawn of them."""

from nascent.explain.standing import read_standing
from nascent.figures.banner import headed
from nascent.figures.drawing import drawn, joined
from nascent.figures.save import save
from nascent.jobs import job

with job(snakemake) as work:
    params, given = snakemake.params, snakemake.input
    options = {name: params[name] for name in params.options}
    figure = drawn(params.drawing, joined(given.tables, params.tables), options)
    standing = read_standing(given.verdict, given.randomisation, **params.explained)
    save(headed(figure, standing), snakemake.output.png, work.record)
