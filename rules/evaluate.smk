# Predictions and metrics of the models, beside the floors that a model has to beat.


rule evaluate:
    input:
        model=made("train/{model}/{fold}/{seed}/model.keras"),
        reader=made("train/{model}/{fold}/{seed}/reader.json"),
        shards=made("shards/{fold}/shards.tsv"),
        shard_files=shards_from_storage,
    output:
        predictions=made("evaluate/{model}/{fold}/{seed}/predictions.tsv"),
        metrics=made("evaluate/{model}/{fold}/{seed}/metrics.tsv"),
        controls=made("evaluate/{model}/{fold}/{seed}/controls.tsv"),
    log:
        logged("evaluate/{model}/{fold}/{seed}.log"),
    benchmark:
        logged("evaluate/{model}/{fold}/{seed}.tsv")
    conda:
        ENVIRONMENT
    threads: of_model("threads")
    resources:
        mem_mb=memory_of_prediction,
        runtime=growing(60),
        gpu=of_model("gpu"),
    params:
        code=code("evaluate"),
        design=lambda wildcards: FOLDS[wildcards.fold].design,
        batch_size=lambda wildcards: MODELS[wildcards.model].batch_size,
        prediction=lambda wildcards: MODELS[wildcards.model].prediction,
        deterministic=STUDY.deterministic,
    message:
        f"Predict every {WORDS['example']} with {{wildcards.model}}, seed {{wildcards.seed}}, fold {{wildcards.fold}}"
    script:
        "../workflow/scripts/evaluate.py"


rule evaluate_floors:
    input:
        cells=examples_table(),
        splits=made("splits/{fold}/splits.tsv"),
        shards=made("shards/{fold}/shards.tsv"),
        shard_files=shards_from_storage,
        channels=channels_table("{fold}"),
    output:
        predictions=made("evaluate/floors/{fold}/predictions.tsv"),
        metrics=made("evaluate/floors/{fold}/metrics.tsv"),
        controls=made("evaluate/floors/{fold}/controls.tsv"),
    log:
        logged("evaluate/floors/{fold}.log"),
    benchmark:
        logged("evaluate/floors/{fold}.tsv")
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(4000),
        runtime=growing(30),
    params:
        code=code("evaluate_floors"),
        task=TASK,
        levels=LEVELS,
        design=lambda wildcards: FOLDS[wildcards.fold].design,
        targets=lambda wildcards: TARGETS,
        inputs=lambda wildcards: [name for one in SPECS for name in one.features],
        normalise=STUDY.shards.normalise.plain(),
        floors=list(FLOORS),
        kind=STUDY.kind,
        ridge_alphas=STUDY.evaluate.ridge_alphas,
    message:
        f"Predict every {WORDS['example']} of {STUDY.study} from columns of their table alone, fold"
        " {wildcards.fold}"
    script:
        "../workflow/scripts/evaluate_floors.py"


rule evaluate_gather:
    input:
        predictions=of_folds("evaluate/floors/{fold}/predictions.tsv")
        + of_runs("evaluate/{model}/{fold}/{seed}/predictions.tsv"),
        controls=of_folds("evaluate/floors/{fold}/controls.tsv")
        + of_runs("evaluate/{model}/{fold}/{seed}/controls.tsv"),
    output:
        predictions=made("evaluate/predictions.tsv"),
        metrics=made("evaluate/metrics.tsv"),
        controls=made("evaluate/controls.tsv"),
    log:
        logged("evaluate/gather.log"),
    benchmark:
        logged("evaluate/gather.tsv")
    conda:
        ENVIRONMENT
    resources:
        mem_mb=megabytes("predictions", times=10, plus=1000),
        runtime=growing(10),
    params:
        code=code("evaluate_gather"),
        task=TASK,
    message:
        f"Join the predictions of the models of {STUDY.study} and of the floors"
    script:
        "../workflow/scripts/evaluate_gather.py"


rule evaluate_compare:
    input:
        predictions=made("evaluate/predictions.tsv"),
        cells=examples_table(),
    output:
        **{name: made(f"evaluate/{name}.tsv") for name in task_of(TASK).more},
        comparison=made("evaluate/comparison.tsv"),
        intervals=made("evaluate/intervals.tsv"),
        pairs=made("evaluate/pairs.tsv"),
        levels=made("evaluate/levels.tsv"),
        calibration=made("evaluate/calibration.tsv"),
        confounders=made("evaluate/confounders.tsv"),
    log:
        logged("evaluate/compare.log"),
    benchmark:
        logged("evaluate/compare.tsv")
    conda:
        ENVIRONMENT
    resources:
        mem_mb=megabytes("predictions", times=10, plus=1000),
        runtime=growing(30),
    params:
        code=code("evaluate_compare"),
        words=WORDS,
        task=TASK,
        factors=FACTORS,
        batches=BATCHES,
        floors=list(FLOORS),
        bootstrap=STUDY.evaluate.bootstrap,
        seed=STUDY.seed,
    message:
        f"Compare the models of {STUDY.study} with each other and the floors"
    script:
        "../workflow/scripts/evaluate_compare.py"


# A model's row of the comparison, which no other model changes: what shows its maps says the verdict.
rule evaluate_verdict:
    input:
        predictions=predictions_held_against_floors,
        cells=examples_table(),
    output:
        made("evaluate/{model}/verdict.tsv"),
    log:
        logged("evaluate/{model}/verdict.log"),
    benchmark:
        logged("evaluate/{model}/verdict.tsv")
    conda:
        ENVIRONMENT
    resources:
        mem_mb=megabytes("predictions", times=10, plus=1000),
        runtime=growing(30),
    params:
        code=code("evaluate_verdict"),
        words=WORDS,
        task=TASK,
        floors=list(FLOORS),
        bootstrap=STUDY.evaluate.bootstrap,
        seed=STUDY.seed,
    message:
        "Hold {wildcards.model} against the floors"
    script:
        "../workflow/scripts/evaluate_verdict.py"
