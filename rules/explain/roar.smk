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
    # A training waits for it.
    priority: 3
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(2000),
        runtime=growing(60),
    params:
        code=code("explain_roar_remove"),
        inputs=features_of_first_input,
        rank=lambda wildcards: STUDY.explain.roar.rank,
        seed=STUDY.seed,
    message:
        "Choose what {wildcards.model}, seed {wildcards.seed}, shall do without: {wildcards.fraction}"
        " by {wildcards.order}"
    script:
        "../../workflow/scripts/explain_roar_remove.py"


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
        batch_size=lambda wildcards: MODELS[wildcards.model].batch_size,
        prediction=lambda wildcards: MODELS[wildcards.model].prediction,
        deterministic=STUDY.deterministic,
    message:
        f"Predict the test {WORDS['examples']} without {{wildcards.fraction}} of their entries by {{wildcards.order}}:"
        " {wildcards.model}, seed {wildcards.seed}"
    script:
        "../../workflow/scripts/explain_roar_predict.py"


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
        words=WORDS,
        rank=lambda wildcards: STUDY.explain.roar.rank,
        confidence=STUDY.explain.confidence,
        draws=STUDY.explain.bootstrap,
        seed=STUDY.seed,
        task=TASK,
    message:
        f"Compare the retrained models of {STUDY.study}"
    script:
        "../../workflow/scripts/explain_roar.py"
