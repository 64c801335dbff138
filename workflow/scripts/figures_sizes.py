"""Cell table -> figure of areas and size ratios."""

from nascent import provenance
from nascent.figures import save, sizes
from nascent.files import read_table
from nascent.logs import job_log

with job_log(snakemake.log[0]):
    config = {"size": snakemake.params.size}
    figure = sizes.draw(read_table(snakemake.input.cells), **config)
    save(figure, snakemake.output.png, provenance.record("figures", config))
