# Small changes of the image: how much do maps move?


rule explain_sensitivity:
    input:
        model=made(f"train/{{model}}/{EXPLAINED_FOLD}/{{seed}}/model.keras"),
        reader=made(f"train/{{model}}/{EXPLAINED_FOLD}/{{seed}}/reader.json"),
        maps=maps_shown,
        shards=shards_shown,
        training=training_cells_of_method,
        cells=examples_table(),
    output:
        made("explain/{model}/{seed}/{method}/sensitivity.tsv"),
    log:
        logged("explain/{model}/{seed}/{method}/sensitivity.log"),
    benchmark:
        logged("explain/{model}/{seed}/{method}/sensitivity.tsv")
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
        code=code_of_method("explain_sensitivity"),
        sensitivity=STUDY.explain.sensitivity.plain(),
        cells=STUDY.explain.cells,
        confidence=STUDY.explain.confidence,
        draws=STUDY.explain.bootstrap,
        seed=STUDY.seed,
        deterministic=STUDY.deterministic,
    message:
        "Change images a little and explain {wildcards.model}, seed {wildcards.seed}, again by"
        " {wildcards.method}"
    script:
        "../workflow/scripts/explain_sensitivity.py"
