# How much of the maps falls on nuclear regions, against regions of other cells.


rule explain_regions:
    input:
        maps=maps_shown,
        shards=shards_shown,
        channels=made(f"shards/{EXPLAINED_FOLD}/channels.tsv"),
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
        inputs=seen,
        normalise=STUDY.shards.normalise.plain(),
        split=shown_split(),
        options={name: region.plain() for name, region in STUDY.explain.regions.items()},
        confidence=STUDY.explain.confidence,
        seed=STUDY.seed,
    message:
        "Score nuclear regions: {wildcards.model}, seed {wildcards.seed}, {wildcards.method}"
    script:
        "../workflow/scripts/explain_regions.py"


rule figures_regions:
    input:
        regions=lambda wildcards: lowest_seed(
            wildcards, "explain/{model}/{seed}/{method}/regions.tsv"
        ),
        verdict=made("evaluate/{model}/verdict.tsv"),
        randomisation=randomisations,
    output:
        png=report(
            made("figures/{model}/{method}/regions.png"),
            caption="../workflow/report/regions.rst",
            category="Explanations",
            subcategory=subcategory_of_maps,
            labels=labelled("nuclear regions"),
        ),
        svg=made("figures/{model}/{method}/regions.svg"),
    log:
        logged("figures/{model}/{method}/regions.log"),
    benchmark:
        logged("figures/{model}/{method}/regions.tsv")
    group:
        "figures"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(2000),
        runtime=growing(30),
    params:
        code=code("figures_regions"),
        explained=explained_by,
    message:
        "Draw how much of the maps of {wildcards.model} by {wildcards.method} falls on regions"
    script:
        "../workflow/scripts/figures_regions.py"
