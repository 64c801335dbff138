# One training job a model and seed.


rule train:
    input:
        shards=made("shards/shards.tsv"),
        channels=made("shards/channels.tsv"),
    output:
        model=made("train/{model}/{seed}/model.keras"),
        history=made("train/{model}/{seed}/history.tsv"),
        card=made("train/{model}/{seed}/card.json"),
    log:
        logged("train/{model}/{seed}.log"),
    benchmark:
        logged("train/{model}/{seed}.tsv")
    conda:
        "../envs/nascent.yaml"
    threads: 2
    resources:
        mem_mb=lambda wildcards, attempt: network_memory(
            STUDY.train.options(wildcards.model)["batch_size"], attempt
        ),
        runtime=lambda wildcards, attempt: 240 * attempt,
    params:
        code=code("train"),
        state=lambda wildcards: kept(f"train/{wildcards.model}/{wildcards.seed}"),
        kind=STUDY.kind,
        options=model_options,
        inputs=INPUTS,
        normalise=STUDY.shards.normalise.plain(),
    message:
        "Train {wildcards.model} with seed {wildcards.seed}"
    script:
        "../workflow/scripts/train.py"
