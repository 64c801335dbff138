# A search for a model's options: one training job a candidate, the choice on validation cells alone.


use rule train as tune with:
    input:
        shards=made("shards/{fold}/shards.tsv"),
        shard_files=shards_from_storage,
        channels=channels_table("{fold}"),
        chosen=[],
        weights=weights_of_training,
    output:
        model=temp(made("tune/{model}/{fold}/{candidate}/model.keras")),
        reader=temp(made("tune/{model}/{fold}/{candidate}/reader.json")),
        history=made("tune/{model}/{fold}/{candidate}/history.tsv"),
        card=made("tune/{model}/{fold}/{candidate}/card.json"),
    log:
        logged("tune/{model}/{fold}/{candidate}.log"),
    benchmark:
        logged("tune/{model}/{fold}/{candidate}.tsv")
    params:
        code=code_of_training,
        state=lambda wildcards: kept(
            f"tune/{wildcards.model}/{wildcards.fold}/{wildcards.candidate}"
        ),
        tensorboard=logged("tune/{model}/{fold}/{candidate}.tensorboard"),
        options=options_of_training,
        targets=target_specs,
        inputs=seen,
        normalise=STUDY.shards.normalise.plain(),
        # A seed of its own: the choice shall not fit a seed that is trained later.
        seed=STUDY.seed,
        deterministic=STUDY.deterministic,
    message:
        "Try candidate {wildcards.candidate} of {wildcards.model}, fold {wildcards.fold}"


rule tune_choose:
    input:
        cards=of_candidates("tune/{model}/{fold}/{candidate}/card.json"),
    output:
        made("tune/{model}/{fold}/candidates.tsv"),
    log:
        logged("tune/{model}/{fold}/choose.log"),
    benchmark:
        logged("tune/{model}/{fold}/choose.tsv")
    localrule: True
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        code=code("tune_choose"),
        task=TASK,
        candidates=lambda wildcards: CANDIDATES[wildcards.model],
        seed=STUDY.seed,
    message:
        f"Choose among the candidates of {{wildcards.model}} by the validation {WORDS['examples']}, fold"
        " {wildcards.fold}"
    script:
        "../workflow/scripts/tune_choose.py"
