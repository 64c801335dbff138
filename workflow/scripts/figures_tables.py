"""Tables of the study -> the figure that is drawn of them."""

from nascent.figures.drawing import drawn
from nascent.figures.save import save
from nascent.files import read_table
from nascent.jobs import job

with job(snakemake) as work:
    params = snakemake.params
    options = {name: params[name] for name in params.options}
    figure = drawn(params.drawing, map(read_table, snakemake.input), options)
    save(figure, snakemake.output.png, work.record)
