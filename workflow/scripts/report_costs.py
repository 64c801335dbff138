"""Benchmarks of the study's jobs -> table and page of what it cost."""

from nascent.costs.benchmarks import by_patterns, read_benchmarks
from nascent.costs.table import cost_table
from nascent.files import write_table, written
from nascent.jobs import job
from nascent.report.costs import costs_page

with job(snakemake):
    params, out = snakemake.params, snakemake.output
    benchmarks = read_benchmarks(params.logs, by_patterns(params.benchmarks))
    costs = cost_table(benchmarks)
    write_table(costs, out.table)
    with written(out.page) as beside:
        beside.write_text(costs_page(costs, params.study["study"], params.stages), encoding="utf-8")
