# Raw wells with a planted transcription rate, in the same formats as measured ones.


rule simulate:
    output:
        raw=[
            made(f"simulate/{{well}}/{name}")
            for name in (RAW_FILES[STUDY.simulate.layout] if STUDY.simulate else ["-"])
        ],
        cycle=made("simulate/tables/cell_cycle/{well}.csv"),
        truth=made("simulate/truth/{well}.h5"),
    log:
        logged("simulate/{well}.log"),
    benchmark:
        logged("simulate/{well}.tsv")
    group:
        batch_of("simulate")
    conda:
        ENVIRONMENT
    resources:
        mem_mb=memory_of_well,
        runtime=runtime_of_well,
    params:
        code=code("simulate"),
        plate=lambda wildcards: WELLS.loc[wildcards.well, "plate"],
        well=lambda wildcards: WELLS.loc[wildcards.well, "well"],
        index=lambda wildcards: WELLS.index.get_loc(wildcards.well),
        perturbation=lambda wildcards: WELLS.loc[wildcards.well, "perturbation"],
        seed=STUDY.seed,
        simulate=STUDY.simulate.plain() if STUDY.simulate else None,
    message:
        "Simulate the raw well {wildcards.well}"
    script:
        "../workflow/scripts/simulate.py"


rule simulate_tables:
    input:
        cycle=of_wells("simulate/tables/cell_cycle/{well}.csv"),
    output:
        **{name: made(f"simulate/tables/{file}") for name, file in TABLE_FILES.items()},
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
        code=code("simulate_tables"),
        wells=WELLS[["plate", "well", "perturbation"]].to_dict("records"),
        channels=CHANNELS,
    message:
        f"Write the plate tables of the {STUDY.study} plate"
    script:
        "../workflow/scripts/simulate_tables.py"
