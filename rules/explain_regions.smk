# How much of the maps falls on nuclear regions, against regions of other cells.


rule explain_regions:
    input:
        maps=maps_shown,
        shards=shards_shown,
        reader=made(f"train/{{model}}/{EXPLAINED_FOLD}/{{seed}}/reader.json"),
        cells=made("explain/{model}/{seed}/{method}.cells.tsv"),
    output:
        made("explain/{model}/{seed}/{method}/regions.tsv"),
    log:
        logged("explain/{model}/{seed}/{method}/regions.log"),
    benchmark:
        logged("explain/{model}/{seed}/{method}/regions.tsv")
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(3000),
        runtime=growing(120),
    params:
        code=code("explain_regions"),
        split=shown_split(),
        options={name: region.plain() for name, region in STUDY.explain.regions.items()},
        confidence=STUDY.explain.confidence,
        seed=STUDY.seed,
    message:
        "Score nuclear regions: {wildcards.model}, seed {wildcards.seed}, {wildcards.method}"
    script:
        "../workflow/scripts/explain_regions.py"
