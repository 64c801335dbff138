# Deletion and insertion: does the prediction move when the pixels that a map ranks first go?


rule explain_removal:
    input:
        model=made(f"train/{{model}}/{EXPLAINED_FOLD}/{{seed}}/model.keras"),
        maps=maps_shown,
        shards=shards_shown,
        channels=made(f"shards/{EXPLAINED_FOLD}/channels.tsv"),
        training=training_cells_of_method,
        cells=examples_table(),
    output:
        made("explain/{model}/{seed}/{method}/removal.tsv"),
    log:
        logged("explain/{model}/{seed}/{method}/removal.log"),
    benchmark:
        logged("explain/{model}/{seed}/{method}/removal.tsv")
    conda:
        ENVIRONMENT
    threads: 2
    resources:
        mem_mb=lambda wildcards, attempt: network_memory(
            method_of_maps(wildcards).batch_size, attempt
        ),
        runtime=growing(480),
        gpu=of_model("gpu"),
    params:
        code=code_of_method("explain_removal"),
        inputs=seen,
        normalise=STUDY.shards.normalise.plain(),
        removal=STUDY.explain.removal.plain(),
        batch_size=lambda wildcards: method_of_maps(wildcards).batch_size,
        cells=STUDY.explain.cells,
        confidence=STUDY.explain.confidence,
        draws=STUDY.explain.bootstrap,
        seed=STUDY.seed,
        deterministic=STUDY.deterministic,
    message:
        "Remove pixels in the order of the maps of {wildcards.model}, seed {wildcards.seed}, by"
        " {wildcards.method}"
    script:
        "../workflow/scripts/explain_removal.py"


rule figures_removal:
    input:
        made("explain/removal.tsv"),
    output:
        png=report(
            made("figures/removal.png"),
            caption="../workflow/report/removal.rst",
            category="Explanations",
            subcategory="Checks",
            labels={"what": "deletion and insertion"},
        ),
        svg=made("figures/removal.svg"),
    log:
        logged("figures/removal.log"),
    benchmark:
        logged("figures/removal.tsv")
    group:
        "figures"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        code=code("figures_removal"),
        label=KIND.target_label,
        confidence=STUDY.explain.confidence,
    message:
        f"Draw what removed pixels did to the models of {STUDY.study}"
    script:
        "../workflow/scripts/figures_removal.py"


rule figures_removal_curves:
    input:
        removal=lambda wildcards: lowest_seed(
            wildcards, "explain/{model}/{seed}/{method}/removal.tsv"
        ),
        verdict=made("evaluate/{model}/verdict.tsv"),
        randomisation=randomisations,
    output:
        png=report(
            made("figures/{model}/{method}/removal.png"),
            caption="../workflow/report/removal_curves.rst",
            category="Explanations",
            subcategory=subcategory_of_maps,
            labels=labelled("curves of deletion and insertion"),
        ),
        svg=made("figures/{model}/{method}/removal.svg"),
    log:
        logged("figures/{model}/{method}/removal.log"),
    benchmark:
        logged("figures/{model}/{method}/removal.tsv")
    group:
        "figures"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        code=code("figures_removal_curves"),
        explained=explained_by,
        label=KIND.target_label,
        confidence=STUDY.explain.confidence,
    message:
        "Draw what removed pixels did to {wildcards.model}, by {wildcards.method}"
    script:
        "../workflow/scripts/figures_removal_curves.py"
