"""Cell table and splits -> figure of the target's distribution and the group limits."""

from nascent.explain.groups import GroupRule, study_groups
from nascent.figures import target
from nascent.figures.save import save
from nascent.files import read_table
from nascent.jobs import job

with job(snakemake) as work:
    params = snakemake.params
    cells, splits = (read_table(snakemake.input[name]) for name in ("cells", "splits"))
    grouped, limits = study_groups(cells, splits, GroupRule(**params.groups))
    figure = target.draw(grouped["target"], low=limits.low, high=limits.high, target=params.target)
    save(figure, snakemake.output.png, work.record)
