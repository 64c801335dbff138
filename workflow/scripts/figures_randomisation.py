"""Table of randomisation -> figure of what is left of the maps."""

from nascent import provenance
from nascent.figures import randomisation, save
from nascent.files import read_table
from nascent.logs import job_log

with job_log(snakemake.log[0]):
    table = read_table(snakemake.input[0])
    figure = randomisation.draw(table, confidence=snakemake.params.confidence)
    save(figure, snakemake.output.png, provenance.record("figures", {}))
