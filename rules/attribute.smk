# Attribution maps: one job a model, seed, method with its target, and shard.


rule attribute:
    input:
        model=made(f"train/{{model}}/{EXPLAINED_FOLD}/{{seed}}/model.keras"),
        reader=made(f"train/{{model}}/{EXPLAINED_FOLD}/{{seed}}/reader.json"),
        shard=made(f"shards/{EXPLAINED_FOLD}/{{split}}-{{number}}.h5"),
        training=training_cells_of_method,
    output:
        made("attribute/{model}/{seed}/{method}/{split}-{number}.h5"),
    log:
        logged("attribute/{model}/{seed}/{method}/{split}-{number}.log"),
    benchmark:
        logged("attribute/{model}/{seed}/{method}/{split}-{number}.tsv")
    priority: 2
    conda:
        ENVIRONMENT
    threads: 2
    resources:
        mem_mb=memory_of_method,
        runtime=growing(480),
        gpu=of_model("gpu"),
    params:
        code=code_of_method("attribute"),
        state=lambda wildcards: kept(
            f"attribute/{wildcards.model}/{wildcards.seed}/{wildcards.method}/"
            f"{wildcards.split}-{wildcards.number}"
        ),
        method=lambda wildcards: method_of_maps(wildcards).method,
        options=lambda wildcards: method_of_maps(wildcards).options(),
        read_out=read_out_of_maps,
        precision=STUDY.attribute.precision,
        seed=STUDY.seed,
        deterministic=STUDY.deterministic,
    message:
        "Explain {wildcards.model}, seed {wildcards.seed}, by {wildcards.method}:"
        f" {WORDS['examples']} of"
        " {wildcards.split}-{wildcards.number}"
    script:
        "../workflow/scripts/attribute.py"
