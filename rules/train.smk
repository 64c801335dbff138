# One training job a model, fold and seed.


rule train:
    input:
        shards=made("shards/{fold}/shards.tsv"),
        shard_files=shards_from_storage,
        channels=channels_table("{fold}"),
        chosen=lambda wildcards: choice_of_candidate(wildcards.model, wildcards.fold),
        weights=weights_of_training,
    output:
        model=made("train/{model}/{fold}/{seed}/model.keras"),
        reader=made("train/{model}/{fold}/{seed}/reader.json"),
        history=made("train/{model}/{fold}/{seed}/history.tsv"),
        card=made("train/{model}/{fold}/{seed}/card.json"),
    log:
        logged("train/{model}/{fold}/{seed}.log"),
    benchmark:
        logged("train/{model}/{fold}/{seed}.tsv")
    # What takes long, and what it waits for, comes before tables and figures: no core idles at the end.
    priority: 4
    conda:
        ENVIRONMENT
    threads: of_model("threads")
    resources:
        mem_mb=memory_of_training,
        runtime=runtime_of_training,
        gpu=of_model("gpu"),
        without_gpu=of_model("without_gpu"),
    params:
        code=code_of_training,
        state=lambda wildcards: kept(
            f"train/{wildcards.model}/{wildcards.fold}/{wildcards.seed}"
        ),
        tensorboard=logged("train/{model}/{fold}/{seed}.tensorboard"),
        options=options_of_training,
        targets=target_specs,
        inputs=seen,
        normalise=STUDY.shards.normalise.plain(),
        deterministic=STUDY.deterministic,
    message:
        "Train {wildcards.model} with seed {wildcards.seed}, fold {wildcards.fold}"
    script:
        "../workflow/scripts/train.py"
