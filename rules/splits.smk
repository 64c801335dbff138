# Which cells train, which choose the epoch, which measure the model.


# A checkpoint: how many shards there are follows from the cells that quality control left.
checkpoint splits:
    input:
        cells=made("crops/cells.tsv"),
    output:
        splits=made("splits/splits.tsv"),
        balance=made("splits/balance.tsv"),
    log:
        logged("splits/splits.log"),
    benchmark:
        logged("splits/splits.tsv")
    conda:
        "../envs/nascent.yaml"
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        code=code("splits"),
        splits=STUDY.splits.plain(),
        seed=STUDY.seed,
    message:
        "Split the cells of {STUDY.study} by {STUDY.splits.by}"
    script:
        "../workflow/scripts/splits.py"
