"""Channel importance and completeness of every model and method -> one table of each."""

from nascent import provenance
from nascent.explain.completeness import gather_completeness
from nascent.explain.stage import gather
from nascent.logs import job_log

with job_log(snakemake.log[0]):
    given, made = snakemake.input, snakemake.output
    gather(given.importance, made.importance)
    gather_completeness(given.cells, snakemake.params.explained, made.completeness)
    record = provenance.record("explain", {}, inputs={path: path for path in given})
    for path in made:
        provenance.write(path, record)
