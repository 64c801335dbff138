"""Cell table and splits -> figure of the target's distribution and the group limits."""

from nascent import provenance
from nascent.explain.groups import GroupRule, study_groups
from nascent.figures import save, target
from nascent.files import read_table
from nascent.logs import job_log

with job_log(snakemake.log[0]):
    config = {"target": snakemake.params.target, "groups": snakemake.params.groups}
    cells, splits = (read_table(snakemake.input[name]) for name in ("cells", "splits"))
    grouped, limits = study_groups(cells, splits, GroupRule(**config["groups"]))
    figure = target.draw(
        grouped["target"], low=limits.low, high=limits.high, target=config["target"]
    )
    save(figure, snakemake.output.png, provenance.record("figures", config))
