"""Cut the nuclei of one raw well into a store, after quality control."""

from pathlib import Path

from nascent.jobs import job
from nascent.kinds.cells.crops.stage import crop_well

with job(snakemake, stage="crops") as work:
    params, given = snakemake.params, snakemake.input
    options = dict(params.crops)
    tables = {
        name: given[name] or None for name in ("cell_cycle", "wells", "background", "exclude")
    }
    crop_well(
        path=Path(given.raw[0]).parent / params.table,
        plate=params.well["plate"],
        well=params.well["well"],
        layout=params.well["layout"],
        target=params.target,
        perturbation=params.well["perturbation"],
        store=snakemake.output.store,
        quality_table=snakemake.output.quality,
        rules=options.pop("quality"),
        record=work.record,
        threads=snakemake.threads,
        **options | tables,
    )
