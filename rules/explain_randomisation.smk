# Weights drawn anew, and targets permuted: what is left of the maps?


rule explain_randomisation:
    input:
        model=made(f"train/{{model}}/{EXPLAINED_FOLD}/{{seed}}/model.keras"),
        reader=made(f"train/{{model}}/{EXPLAINED_FOLD}/{{seed}}/reader.json"),
        maps=maps_shown,
        shards=shards_shown,
        training=training_cells_of_method,
        cells=examples_table(),
        permuted=maps_of_permuted_targets,
    output:
        made("explain/{model}/{seed}/{method}/randomisation.tsv"),
    log:
        logged("explain/{model}/{seed}/{method}/randomisation.log"),
    benchmark:
        logged("explain/{model}/{seed}/{method}/randomisation.tsv")
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
        code=code_of_method("explain_randomisation"),
        randomisation=STUDY.explain.randomisation.plain(),
        cells=STUDY.explain.cells,
        confidence=STUDY.explain.confidence,
        draws=STUDY.explain.bootstrap,
        seed=STUDY.seed,
        deterministic=STUDY.deterministic,
    message:
        "Draw new weights for {wildcards.model}, seed {wildcards.seed}, and explain it again by"
        " {wildcards.method}"
    script:
        "../workflow/scripts/explain_randomisation.py"
