# Remove and retrain: a model trained anew without the first entries by its maps, or random ones.


rule explain_roar_remove:
    input:
        shards=made(f"shards/{EXPLAINED_FOLD}/shards.tsv"),
        shard_files=shards_from_storage,
        model=model_of_order,
        maps=maps_of_order,
    output:
        temp(made("roar/{model}/{seed}/{order}/{fraction}/removed.h5")),
    log:
        logged("roar/{model}/{seed}/{order}/{fraction}/removed.log"),
    benchmark:
        logged("roar/{model}/{seed}/{order}/{fraction}/removed.tsv")
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(2000),
        runtime=growing(60),
    params:
        code=code("explain_roar_remove"),
        inputs=seen,
        rank=lambda wildcards: STUDY.explain.roar.rank,
        seed=STUDY.seed,
    message:
        "Choose what {wildcards.model}, seed {wildcards.seed}, shall do without: {wildcards.fraction}"
        " by {wildcards.order}"
    script:
        "../workflow/scripts/explain_roar_remove.py"


use rule train as explain_roar_train with:
    input:
        shards=made(f"shards/{EXPLAINED_FOLD}/shards.tsv"),
        shard_files=shards_from_storage,
        channels=made(f"shards/{EXPLAINED_FOLD}/channels.tsv"),
        chosen=chosen_of_explained,
        weights=weights_of_training,
        removal=made("roar/{model}/{seed}/{order}/{fraction}/removed.h5"),
    output:
        model=temp(made("roar/{model}/{seed}/{order}/{fraction}/model.keras")),
        reader=temp(made("roar/{model}/{seed}/{order}/{fraction}/reader.json")),
        history=made("roar/{model}/{seed}/{order}/{fraction}/history.tsv"),
        card=made("roar/{model}/{seed}/{order}/{fraction}/card.json"),
    log:
        logged("roar/{model}/{seed}/{order}/{fraction}/train.log"),
    benchmark:
        logged("roar/{model}/{seed}/{order}/{fraction}/train.tsv")
    params:
        code=code_of_training,
        state=lambda wildcards: kept(
            "roar/{model}/{seed}/{order}/{fraction}".format(**wildcards)
        ),
        tensorboard=logged("roar/{model}/{seed}/{order}/{fraction}/tensorboard"),
        options=options_of_training,
        task=TASK,
        levels=LEVELS,
        targets=targets,
        inputs=seen,
        normalise=STUDY.shards.normalise.plain(),
        deterministic=STUDY.deterministic,
    message:
        "Train {wildcards.model} with seed {wildcards.seed} without {wildcards.fraction} of its"
        " entries by {wildcards.order}"


rule explain_roar_predict:
    input:
        model=made("roar/{model}/{seed}/{order}/{fraction}/model.keras"),
        reader=made("roar/{model}/{seed}/{order}/{fraction}/reader.json"),
        removal=made("roar/{model}/{seed}/{order}/{fraction}/removed.h5"),
        shards=made(f"shards/{EXPLAINED_FOLD}/shards.tsv"),
        shard_files=shards_from_storage,
    output:
        made("roar/{model}/{seed}/{order}/{fraction}/predictions.tsv"),
    log:
        logged("roar/{model}/{seed}/{order}/{fraction}/predict.log"),
    benchmark:
        logged("roar/{model}/{seed}/{order}/{fraction}/predict.tsv")
    conda:
        ENVIRONMENT
    threads: of_model("threads")
    resources:
        mem_mb=memory_of_prediction,
        runtime=growing(60),
        gpu=of_model("gpu"),
    params:
        code=code("explain_roar_predict"),
        design=FOLDS[EXPLAINED_FOLD].design,
        fold=EXPLAINED_FOLD,
        task=TASK,
        levels=LEVELS,
        targets=targets,
        batch_size=lambda wildcards: MODELS[wildcards.model].batch_size,
        prediction=lambda wildcards: MODELS[wildcards.model].prediction,
        deterministic=STUDY.deterministic,
    message:
        "Predict the test cells without {wildcards.fraction} of their entries by {wildcards.order}:"
        " {wildcards.model}, seed {wildcards.seed}"
    script:
        "../workflow/scripts/explain_roar_predict.py"


rule explain_roar:
    input:
        predictions=of_retrainings(
            "roar/{model}/{seed}/{order}/{fraction}/predictions.tsv"
        ),
        whole=of_retrainings(
            f"evaluate/{{model}}/{EXPLAINED_FOLD}/{{seed}}/predictions.tsv"
        ),
        cells=examples_table(),
    output:
        made("explain/roar.tsv"),
    log:
        logged("explain/roar.log"),
    benchmark:
        logged("explain/roar.tsv")
    conda:
        ENVIRONMENT
    resources:
        mem_mb=megabytes("predictions", times=40, plus=2000),
        runtime=growing(60),
    params:
        code=code("explain_roar"),
        rank=lambda wildcards: STUDY.explain.roar.rank,
        confidence=STUDY.explain.confidence,
        draws=STUDY.explain.bootstrap,
        seed=STUDY.seed,
    message:
        f"Compare the retrained models of {STUDY.study}"
    script:
        "../workflow/scripts/explain_roar.py"
