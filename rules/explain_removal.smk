# Deletion and insertion: does the prediction move when the pixels that a map ranks first go?


rule explain_removal:
    input:
        model=made(f"train/{{model}}/{EXPLAINED_FOLD}/{{seed}}/model.keras"),
        reader=made(f"train/{{model}}/{EXPLAINED_FOLD}/{{seed}}/reader.json"),
        maps=maps_shown,
        shards=shards_shown,
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
