# Which cells train, which choose the epoch, which measure the model: one table a fold.


# A checkpoint: how many shards there are follows from the cells that quality control left.
checkpoint splits:
    input:
        cells=examples_table(),
    output:
        splits=made("splits/{fold}/splits.tsv"),
        balance=made("splits/{fold}/balance.tsv"),
    log:
        logged("splits/{fold}.log"),
    benchmark:
        logged("splits/{fold}.tsv")
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(2000),
        runtime=growing(30),
    params:
        code=code("splits"),
        splits=how_to_split(),
        design=lambda wildcards: FOLDS[wildcards.fold].design,
        group=lambda wildcards: FOLDS[wildcards.fold].group,
        factors=FACTORS,
        seed=STUDY.seed,
        target=TARGET,
        levels=LEVELS,
        most=STUDY.target.most,
    message:
        f"Split the {WORDS['examples']} of {STUDY.study}, fold {{wildcards.fold}}"
    script:
        "../workflow/scripts/splits.py"
