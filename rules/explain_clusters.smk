# Channels grouped by their maps, against maps of different cells.


rule explain_clusters:
    input:
        maps=maps_shown,
        shards=shards_shown,
        reader=made(f"train/{{model}}/{EXPLAINED_FOLD}/{{seed}}/reader.json"),
        cells=made("explain/{model}/{seed}/{method}.cells.tsv"),
    output:
        clusters=made("explain/{model}/{seed}/{method}/channel_clusters.tsv"),
        distances=made("explain/{model}/{seed}/{method}/channel_distances.tsv"),
    log:
        logged("explain/{model}/{seed}/{method}/channel_clusters.log"),
    benchmark:
        logged("explain/{model}/{seed}/{method}/channel_clusters.tsv")
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(4000),
        runtime=growing(120),
    params:
        code=code("explain_clusters"),
        split=shown_split(),
        options=STUDY.explain.clusters.plain(),
        confidence=STUDY.explain.confidence,
        bootstrap=STUDY.explain.bootstrap,
        seed=STUDY.seed,
    message:
        "Group channels by their maps: {wildcards.model}, seed {wildcards.seed},"
        " {wildcards.method}"
    script:
        "../workflow/scripts/explain_clusters.py"
