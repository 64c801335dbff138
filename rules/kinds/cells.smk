# Single cells: raw wells, simulated or measured, and the crops that are cut of them. One job a well.


include: "lookups/cells.smk"


rule simulate:
    output:
        raw=[
            made(f"simulate/{{part}}/{name}")
            for name in (
                RAW.RAW_FILES[STUDY.simulate.layout] if STUDY.simulate else ["-"]
            )
        ],
        cycle=made("simulate/tables/cell_cycle/{part}.csv"),
        truth=made("simulate/truth/{part}.h5"),
    log:
        logged("simulate/{part}.log"),
    benchmark:
        logged("simulate/{part}.tsv")
    group:
        batch_of("simulate")
    conda:
        ENVIRONMENT
    resources:
        mem_mb=memory_of_well,
        runtime=runtime_of_well,
    params:
        code=code("kinds/cells/simulate"),
        plate=lambda wildcards: PARTS.loc[wildcards.part, "plate"],
        well=lambda wildcards: PARTS.loc[wildcards.part, "well"],
        index=lambda wildcards: PARTS.index.get_loc(wildcards.part),
        perturbation=lambda wildcards: PARTS.loc[wildcards.part, "perturbation"],
        seed=STUDY.seed,
        simulate=STUDY.simulate.plain() if STUDY.simulate else None,
    message:
        "Simulate the raw well {wildcards.part}"
    script:
        "../../workflow/scripts/kinds/cells/simulate.py"


rule simulate_tables:
    input:
        cycle=of_parts("simulate/tables/cell_cycle/{part}.csv"),
    output:
        **{
            name: made(f"simulate/tables/{file}")
            for name, file in RAW.PLATE_TABLES.items()
        },
    log:
        logged("simulate/tables.log"),
    benchmark:
        logged("simulate/tables.tsv")
    localrule: True
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        code=code("kinds/cells/simulate_tables"),
        wells=PARTS[["plate", "well", "perturbation"]].to_dict("records"),
        channels=FEATURES,
    message:
        f"Write the plate tables of the {STUDY.study} plate"
    script:
        "../../workflow/scripts/kinds/cells/simulate_tables.py"


rule crops:
    input:
        raw=raw_files,
        cell_cycle=plate_table("cell_cycle"),
        wells=plate_table("wells"),
        background=plate_table("background"),
        exclude=given(STUDY.crops.exclude) if STUDY.crops.exclude else [],
    output:
        store=made("crops/{part}.h5"),
        quality=made("crops/{part}.quality.tsv"),
    log:
        logged("crops/{part}.log"),
    benchmark:
        logged("crops/{part}.tsv")
    group:
        batch_of("crops")
    conda:
        ENVIRONMENT
    threads: 2
    resources:
        mem_mb=memory_of_well,
        runtime=runtime_of_well,
    params:
        code=code("kinds/cells/crops"),
        table=pixel_table_of_well,
        well=lambda wildcards: PARTS.loc[wildcards.part].to_dict(),
        target=STUDY.target.channel,
        # Pixels are cut alike, however large they are.
        crops=STUDY.crops.model_dump(mode="json", exclude={"pixel_size"}),
    message:
        f"Cut the nuclei of well {{wildcards.part}} into {STUDY.crops.size} x {STUDY.crops.size} crops"
    script:
        "../../workflow/scripts/kinds/cells/crops.py"


rule crops_gather:
    input:
        stores=of_parts("crops/{part}.h5"),
        quality=of_parts("crops/{part}.quality.tsv"),
    output:
        cells=made("crops/cells.tsv"),
        quality=made("crops/quality.tsv"),
    log:
        logged("crops/gather.log"),
    benchmark:
        logged("crops/gather.tsv")
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(2000),
        runtime=growing(30),
    params:
        code=code("kinds/cells/crops_gather"),
        duplicates=STUDY.crops.duplicates,
        group=STUDY.splits.group,
    message:
        f"Join the cell tables of {STUDY.study} and check that its wells agree"
    script:
        "../../workflow/scripts/kinds/cells/crops_gather.py"
