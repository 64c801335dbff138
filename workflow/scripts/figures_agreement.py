"""Table of agreement -> figure of how far every two explanations agree."""

from nascent import provenance
from nascent.figures import agreement, save
from nascent.files import read_table
from nascent.logs import job_log

with job_log(snakemake.log[0]):
    table = read_table(snakemake.input[0])
    figure = agreement.draw(table, confidence=snakemake.params.confidence)
    save(figure, snakemake.output.png, provenance.record("figures", {}))
