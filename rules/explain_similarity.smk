# Which images the maps look like, against the images of other cells.


rule explain_similarity:
    input:
        maps=maps_shown,
        shards=shards_shown,
        channels=made(f"shards/{EXPLAINED_FOLD}/channels.tsv"),
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
        inputs=seen,
        normalise=STUDY.shards.normalise.plain(),
        split=shown_split(),
        options=how_to_compare(),
        confidence=STUDY.explain.confidence,
        seed=STUDY.seed,
    message:
        "Compare maps and images: {wildcards.model}, seed {wildcards.seed}, {wildcards.method}"
    script:
        "../workflow/scripts/explain_similarity.py"


rule figures_similarity:
    input:
        similarity=lambda wildcards: lowest_seed(
            wildcards, "explain/{model}/{seed}/{method}/similarity.tsv"
        ),
        verdict=made("evaluate/{model}/verdict.tsv"),
        randomisation=randomisations,
    output:
        png=report(
            made("figures/{model}/{method}/similarity.png"),
            caption="../workflow/report/similarity.rst",
            category="Explanations",
            subcategory=subcategory_of_maps,
            labels=labelled("what maps look like"),
        ),
        svg=made("figures/{model}/{method}/similarity.svg"),
    log:
        logged("figures/{model}/{method}/similarity.log"),
    benchmark:
        logged("figures/{model}/{method}/similarity.tsv")
    group:
        "figures"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(2000),
        runtime=growing(30),
    params:
        code=code("figures_similarity"),
        explained=explained_by,
        shown=STUDY.explain.similarity.shown,
    message:
        "Draw which images the maps of {wildcards.model} by {wildcards.method} look like"
    script:
        "../workflow/scripts/figures_similarity.py"
