# Examples and splits -> shards.


rule shards:
    input:
        stores=stores_of_shard,
        splits=made("splits/{fold}/splits.tsv"),
    output:
        made("shards/{fold}/{split}-{number}.h5"),
    log:
        logged("shards/{fold}/{split}-{number}.log"),
    benchmark:
        logged("shards/{fold}/{split}-{number}.tsv")
    # First, for Snakemake looks at every input of every job that waits whenever another one ends.
    priority: 1
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(2000),
        runtime=growing(60),
    params:
        code=code("shards"),
        cells=STUDY.shards.cells,
        seed=STUDY.seed,
    message:
        f"Write {{wildcards.split}} shard {{wildcards.number}} of {STUDY.study}, fold {{wildcards.fold}}"
    script:
        "../workflow/scripts/shards.py"


rule shards_gather:
    input:
        shards=lambda wildcards: [
            made(f"shards/{wildcards.fold}/{name}.h5")
            for split in SPLITS
            for name in shards_of(split, wildcards.fold)
        ],
    output:
        made("shards/{fold}/shards.tsv"),
    log:
        logged("shards/{fold}/gather.log"),
    benchmark:
        logged("shards/{fold}/gather.tsv")
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(30),
    params:
        code=code("shards_gather"),
    message:
        f"List the shards of {STUDY.study} with their digests, fold {{wildcards.fold}}"
    script:
        "../workflow/scripts/shards_gather.py"
