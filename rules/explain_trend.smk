# How the share of each channel changes with the target, within wells.


rule explain_trend:
    input:
        cells=made("explain/{model}/{seed}/{method}.cells.tsv"),
    output:
        made("explain/{model}/{seed}/{method}/trend.tsv"),
    log:
        logged("explain/{model}/{seed}/{method}/trend.log"),
    benchmark:
        logged("explain/{model}/{seed}/{method}/trend.tsv")
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(2000),
        runtime=growing(30),
    params:
        code=code("explain_trend"),
        inputs=seen,
        split=shown_split(),
        confidence=STUDY.explain.confidence,
        bootstrap=STUDY.explain.bootstrap,
        seed=STUDY.seed,
    message:
        "Test the trends of {wildcards.model}, seed {wildcards.seed}, by {wildcards.method}"
    script:
        "../workflow/scripts/explain_trend.py"
