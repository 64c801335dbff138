# Predictions and metrics of the models, beside the floors that a model has to beat.


rule evaluate:
    input:
        model=made("train/{model}/{seed}/model.keras"),
        shards=made("shards/shards.tsv"),
        channels=made("shards/channels.tsv"),
    output:
        predictions=made("evaluate/{model}/{seed}/predictions.tsv"),
        metrics=made("evaluate/{model}/{seed}/metrics.tsv"),
    log:
        logged("evaluate/{model}/{seed}.log"),
    benchmark:
        logged("evaluate/{model}/{seed}.tsv")
    conda:
        "../envs/nascent.yaml"
    threads: 2
    resources:
        mem_mb=lambda wildcards, attempt: 6000 * attempt,
        runtime=60,
    params:
        code=code("evaluate"),
        kind=STUDY.kind,
        inputs=INPUTS,
        normalise=STUDY.shards.normalise.plain(),
        batch_size=lambda wildcards: STUDY.train.options(wildcards.model)["batch_size"],
    message:
        "Predict every cell with {wildcards.model}, seed {wildcards.seed}"
    script:
        "../workflow/scripts/evaluate.py"


rule evaluate_floors:
    input:
        cells=made("crops/cells.tsv"),
        splits=made("splits/splits.tsv"),
    output:
        predictions=made("evaluate/floors/predictions.tsv"),
        metrics=made("evaluate/floors/metrics.tsv"),
    log:
        logged("evaluate/floors.log"),
    benchmark:
        logged("evaluate/floors.tsv")
    conda:
        "../envs/nascent.yaml"
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        code=code("evaluate_floors"),
        inputs=INPUTS,
        kind=STUDY.kind,
        ridge_alphas=STUDY.evaluate.ridge_alphas,
    message:
        "Predict every cell of {STUDY.study} from means, area and cell cycle alone"
    script:
        "../workflow/scripts/evaluate_floors.py"


rule evaluate_gather:
    input:
        predictions=[made("evaluate/floors/predictions.tsv")]
        + of_seeds("evaluate/{model}/{seed}/predictions.tsv"),
        metrics=[made("evaluate/floors/metrics.tsv")]
        + of_seeds("evaluate/{model}/{seed}/metrics.tsv"),
    output:
        predictions=made("evaluate/predictions.tsv"),
        metrics=report(
            made("evaluate/metrics.tsv"),
            caption="../workflow/report/metrics_table.rst",
            category="Models",
            labels={"what": "metrics of models and floors"},
        ),
    log:
        logged("evaluate/gather.log"),
    benchmark:
        logged("evaluate/gather.tsv")
    conda:
        "../envs/nascent.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        code=code("evaluate_gather"),
    message:
        "Compare the models of {STUDY.study} with each other and the floors"
    script:
        "../workflow/scripts/evaluate_gather.py"
