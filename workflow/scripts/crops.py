"""Cut the nuclei of one raw well into a store, after quality control."""

from nascent import provenance
from nascent.crops.stage import crop_well
from nascent.logs import job_log

with job_log(snakemake.log[0]):
    params, given = snakemake.params, snakemake.input
    options = dict(params.crops)
    config = {"well": params.well, "crops": params.crops}
    tables = {
        name: given[name] or None for name in ("cell_cycle", "wells", "background", "exclude")
    }
    record = provenance.record(
        "crops", config, inputs={name: path for name, path in tables.items() if path}
    )
    crop_well(
        path=params.path,
        plate=params.well["plate"],
        well=params.well["well"],
        layout=params.well["layout"],
        perturbation=params.well["perturbation"],
        store=snakemake.output.store,
        quality_table=snakemake.output.quality,
        rules=options.pop("quality"),
        record=record,
        threads=snakemake.threads,
        **options | tables,
    )
    provenance.write(snakemake.output.quality, record)
