"""Cut the nuclei of one raw well into a store, after quality control."""

from pathlib import Path

from nascent.jobs import job
from nascent.kinds.cells.crops.options import CropOptions, PlateTables, WellSource
from nascent.kinds.cells.crops.stage import crop_well

with job(snakemake, stage="crops") as work:
    params, given = snakemake.params, snakemake.input
    # The list of cells to leave out is a file, and an input.
    options = {key: value for key, value in params.crops.items() if key != "exclude"}
    tables = ("cell_cycle", "wells", "background", "exclude")
    row = {name: params.well[name] for name in ("plate", "well", "layout", "perturbation")}
    crop_well(
        WellSource(Path(given.raw[0]).parent / params.table, **row),
        snakemake.output.store,
        snakemake.output.quality,
        options=CropOptions(params.target, rules=options.pop("quality"), **options),
        tables=PlateTables(**{name: given[name] or None for name in tables}),
        record=work.record,
        threads=snakemake.threads,
    )
