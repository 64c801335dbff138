"""The config of the study, and what follows from it -> its record."""

from nascent import __version__
from nascent.jobs import job
from nascent.report.record import write_study_record

with job(snakemake):
    write_study_record(snakemake.params.record, __version__, snakemake.output[0])
