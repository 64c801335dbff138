# Raw wells -> crops of their nuclei, after quality control; one job a well.


rule crops:
    input:
        raw=raw_files,
        cell_cycle=plate_table("cell_cycle"),
        wells=plate_table("wells"),
        background=plate_table("background"),
        exclude=given(STUDY.crops.exclude) if STUDY.crops.exclude else [],
    output:
        store=made("crops/{well}.h5"),
        quality=made("crops/{well}.quality.tsv"),
    log:
        logged("crops/{well}.log"),
    benchmark:
        logged("crops/{well}.tsv")
    group:
        batch_of("crops")
    conda:
        ENVIRONMENT
    threads: 2
    resources:
        mem_mb=memory_of_well,
        runtime=runtime_of_well,
    params:
        code=code("crops"),
        table=pixel_table_of_well,
        well=lambda wildcards: WELLS.loc[wildcards.well].to_dict(),
        crops=STUDY.crops.plain(),
    message:
        f"Cut the nuclei of well {{wildcards.well}} into {STUDY.crops.size} x {STUDY.crops.size} crops"
    script:
        "../workflow/scripts/crops.py"


rule crops_gather:
    input:
        stores=of_wells("crops/{well}.h5"),
        quality=of_wells("crops/{well}.quality.tsv"),
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
        code=code("crops_gather"),
        duplicates=STUDY.crops.duplicates,
    message:
        f"Join the cell tables of {STUDY.study} and check that its wells agree"
    script:
        "../workflow/scripts/crops_gather.py"
