# A model trained on permuted targets, and its maps: what a map of nothing learnt looks like.


rule explain_targets:
    input:
        shards=made(f"shards/{EXPLAINED_FOLD}/shards.tsv"),
        shard_files=shards_from_storage,
    output:
        made("randomised/{model}/{seed}/targets.tsv"),
    log:
        logged("randomised/{model}/{seed}/targets.log"),
    benchmark:
        logged("randomised/{model}/{seed}/targets.tsv")
    localrule: True
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        code=code("explain_targets"),
        targets=targets,
        seed=STUDY.seed,
    message:
        "Permute the targets that {wildcards.model} is trained on, seed {wildcards.seed}"
    script:
        "../workflow/scripts/explain_targets.py"


use rule train as explain_targets_train with:
    input:
        shards=made(f"shards/{EXPLAINED_FOLD}/shards.tsv"),
        shard_files=shards_from_storage,
        channels=made(f"shards/{EXPLAINED_FOLD}/channels.tsv"),
        chosen=chosen_of_explained,
        weights=weights_of_training,
        targets=made("randomised/{model}/{seed}/targets.tsv"),
    output:
        model=made("randomised/{model}/{seed}/train/model.keras"),
        reader=made("randomised/{model}/{seed}/train/reader.json"),
        history=made("randomised/{model}/{seed}/train/history.tsv"),
        card=made("randomised/{model}/{seed}/train/card.json"),
    log:
        logged("randomised/{model}/{seed}/train.log"),
    benchmark:
        logged("randomised/{model}/{seed}/train.tsv")
    params:
        code=code_of_training,
        state=lambda wildcards: kept(
            "randomised/{model}/{seed}/train".format(**wildcards)
        ),
        tensorboard=logged("randomised/{model}/{seed}/train.tensorboard"),
        options=options_of_learning_by_heart,
        task=TASK,
        levels=LEVELS,
        targets=targets,
        inputs=seen,
        normalise=STUDY.shards.normalise.plain(),
        deterministic=STUDY.deterministic,
    message:
        "Train {wildcards.model} with seed {wildcards.seed} on permuted targets"


use rule attribute as explain_targets_attribute with:
    input:
        model=made("randomised/{model}/{seed}/train/model.keras"),
        reader=made("randomised/{model}/{seed}/train/reader.json"),
        shard=made(f"shards/{EXPLAINED_FOLD}/{{split}}-{{number}}.h5"),
        training=training_cells_of_method,
    output:
        made("randomised/{model}/{seed}/{method}/{split}-{number}.h5"),
    log:
        logged("randomised/{model}/{seed}/{method}/{split}-{number}.log"),
    benchmark:
        logged("randomised/{model}/{seed}/{method}/{split}-{number}.tsv")
    params:
        code=code_of_method("attribute"),
        state=lambda wildcards: kept(
            "randomised/{model}/{seed}/{method}/{split}-{number}".format(**wildcards)
        ),
        deterministic=STUDY.deterministic,
    message:
        "Explain {wildcards.model}, trained on permuted targets with seed {wildcards.seed}, by"
        " {wildcards.method}: cells of {wildcards.split}-{wildcards.number}"
