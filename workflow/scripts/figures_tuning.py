"""Candidates of a search -> figure of them."""

from nascent.figures import tuning
from nascent.figures.save import save
from nascent.files import read_table
from nascent.jobs import job
from nascent.task import task_of

with job(snakemake) as work:
    params, task = snakemake.params, task_of(snakemake.params.task)
    figure = tuning.draw(
        read_table(snakemake.input.candidates),
        error=f"validation {task.metric(task.learning).words}, {params.label}",
        task=params.task,
    )
    save(figure, snakemake.output.png, work.record)
