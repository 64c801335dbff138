"""Cell table and splits -> figure of the splits' make-up."""

from nascent import provenance
from nascent.figures import balance, save
from nascent.files import read_table
from nascent.logs import job_log

with job_log(snakemake.log[0]):
    config = {"target": snakemake.params.target}
    cells, splits = (read_table(snakemake.input[name]) for name in ("cells", "splits"))
    figure = balance.draw(cells, splits, **config)
    save(figure, snakemake.output.png, provenance.record("figures", config))
