"""Quality table -> figure of what was removed, by reason and well."""

from nascent import provenance
from nascent.figures import quality, save
from nascent.files import read_table
from nascent.logs import job_log

with job_log(snakemake.log[0]):
    figure = quality.draw(read_table(snakemake.input.quality))
    save(figure, snakemake.output.png, provenance.record("figures", {}))
