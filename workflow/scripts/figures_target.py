"""Cell table and splits -> figure of the target's distribution and strata, or of its classes."""

from nascent.explain.reading.strata import StratumRule, study_strata
from nascent.figures import classes, target
from nascent.figures.save import save
from nascent.files import read_table
from nascent.jobs import job

with job(snakemake) as work:
    params = snakemake.params
    cells, splits = (read_table(snakemake.input[name]) for name in ("cells", "splits"))
    if params.classes:
        known = cells.set_index("id")[params.classes]
        figure = classes.draw(known, splits.set_index("id")["split"], label=params.label)
    else:
        stratified, limits = study_strata(cells, splits, StratumRule(**params.strata))
        figure = target.draw(
            stratified["target"], low=limits.low, high=limits.high, label=params.label
        )
    save(figure, snakemake.output.png, work.record)
