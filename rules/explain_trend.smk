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


rule figures_trend:
    input:
        trend=lambda wildcards: of_seeds(
            f"explain/{{model}}/{{seed}}/{wildcards.method}/trend.tsv", wildcards.model
        ),
        verdict=made("evaluate/{model}/verdict.tsv"),
        randomisation=randomisations,
    output:
        png=report(
            made("figures/{model}/{method}/trend.png"),
            caption="../workflow/report/trend.rst",
            category="Explanations",
            subcategory=subcategory_of_maps,
            labels=labelled("change with the target"),
        ),
        svg=made("figures/{model}/{method}/trend.svg"),
    log:
        logged("figures/{model}/{method}/trend.log"),
    benchmark:
        logged("figures/{model}/{method}/trend.tsv")
    group:
        "figures"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(2000),
        runtime=growing(30),
    params:
        code=code("figures_trend"),
        explained=explained_by,
        label=KIND.target_label,
    message:
        "Draw how shares of {wildcards.model} by {wildcards.method} change with the target"
    script:
        "../workflow/scripts/figures_trend.py"
