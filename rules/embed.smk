# What networks make of the examples before their last layer.


rule embed:
    input:
        model=made("train/{model}/{fold}/{seed}/model.keras"),
        reader=made("train/{model}/{fold}/{seed}/reader.json"),
        shards=made("shards/{fold}/shards.tsv"),
        shard_files=shards_from_storage,
    output:
        made("embed/{model}/{fold}/{seed}/embeddings.parquet"),
    log:
        logged("embed/{model}/{fold}/{seed}.log"),
    benchmark:
        logged("embed/{model}/{fold}/{seed}.tsv")
    conda:
        ENVIRONMENT
    threads: of_model("threads")
    resources:
        mem_mb=memory_of_prediction,
        runtime=growing(60),
        gpu=of_model("gpu"),
    params:
        code=code("embed"),
        layer=STUDY.embed.layer,
        batch_size=lambda wildcards: MODELS[wildcards.model].batch_size,
        deterministic=STUDY.deterministic,
    message:
        f"Embed the validation and test {WORDS['examples']} with {{wildcards.model}}, seed {{wildcards.seed}}, fold {{wildcards.fold}}"
    script:
        "../workflow/scripts/embed.py"


rule embed_layout:
    input:
        embeddings=made("embed/{model}/{fold}/{seed}/embeddings.parquet"),
        predictions=made("evaluate/{model}/{fold}/{seed}/predictions.tsv"),
    output:
        layout=made("embed/{model}/{fold}/{seed}/layout.tsv"),
        scores=made("embed/{model}/{fold}/{seed}/neighbours.tsv"),
    log:
        logged("embed/{model}/{fold}/{seed}.layout.log"),
    benchmark:
        logged("embed/{model}/{fold}/{seed}.layout.tsv")
    conda:
        ENVIRONMENT
    resources:
        mem_mb=megabytes("embeddings", times=20, plus=2000),
        runtime=growing(60),
    params:
        code=code("embed_layout"),
        words=WORDS,
        target=TARGET,
        task=TASK,
        neighbours=STUDY.embed.neighbours,
        min_dist=STUDY.embed.min_dist,
        draws=STUDY.embed.draws,
        confidence=STUDY.explain.confidence,
        seed=STUDY.seed,
    message:
        f"Lay out the {WORDS['examples']} as {{wildcards.model}} sees them, seed {{wildcards.seed}}, fold {{wildcards.fold}}"
    script:
        "../workflow/scripts/embed_layout.py"
