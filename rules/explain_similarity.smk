# Which images the maps look like, against the images of other cells.


rule explain_similarity:
    input:
        maps=maps_shown,
        shards=shards_shown,
        reader=made(f"train/{{model}}/{EXPLAINED_FOLD}/{{seed}}/reader.json"),
        cells=made("explain/{model}/{seed}/{method}.cells.tsv"),
    output:
        made("explain/{model}/{seed}/{method}/similarity.tsv"),
    log:
        logged("explain/{model}/{seed}/{method}/similarity.log"),
    benchmark:
        logged("explain/{model}/{seed}/{method}/similarity.tsv")
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(4000),
        runtime=growing(240),
    params:
        code=code("explain_similarity"),
        split=shown_split(),
        options=how_to_compare(),
        confidence=STUDY.explain.confidence,
        seed=STUDY.seed,
    message:
        "Compare maps and images: {wildcards.model}, seed {wildcards.seed}, {wildcards.method}"
    script:
        "../workflow/scripts/explain_similarity.py"
