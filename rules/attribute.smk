# Attribution maps: one job a model, seed, method and shard.


rule attribute:
    input:
        model=made(f"train/{{model}}/{EXPLAINED_FOLD}/{{seed}}/model.keras"),
        shard=made(f"shards/{EXPLAINED_FOLD}/{{split}}-{{number}}.h5"),
        channels=made(f"shards/{EXPLAINED_FOLD}/channels.tsv"),
    output:
        made("attribute/{model}/{seed}/{method}/{split}-{number}.h5"),
    log:
        logged("attribute/{model}/{seed}/{method}/{split}-{number}.log"),
    benchmark:
        logged("attribute/{model}/{seed}/{method}/{split}-{number}.tsv")
    conda:
        "../envs/nascent.yaml"
    threads: 2
    resources:
        mem_mb=lambda wildcards, attempt: network_memory(
            STUDY.attribute.methods[wildcards.method].batch_size, attempt
        ),
        runtime=lambda wildcards, attempt: 480 * attempt,
    params:
        code=code("attribute"),
        state=lambda wildcards: kept(
            f"attribute/{wildcards.model}/{wildcards.seed}/{wildcards.method}/"
            f"{wildcards.split}-{wildcards.number}"
        ),
        inputs=seen,
        normalise=STUDY.shards.normalise.plain(),
        method=lambda wildcards: STUDY.attribute.methods[wildcards.method].plain(),
        seed=STUDY.seed,
    message:
        "Explain {wildcards.model}, seed {wildcards.seed}, by {wildcards.method}: cells of"
        " {wildcards.split}-{wildcards.number}"
    script:
        "../workflow/scripts/attribute.py"
