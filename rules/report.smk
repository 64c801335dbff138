# What the report shows beside the figures. The report itself is Snakemake's own, made after the run:
# snakemake --report results/<study>/report.html


rule report_study:
    input:
        quality=quality_table(),
        splits=of_folds("splits/{fold}/splits.tsv"),
        completeness=made("explain/completeness.tsv"),
        cards=of_runs("train/{model}/{fold}/{seed}/card.json"),
    output:
        card=report(
            made("report/study.html"),
            caption="../workflow/report/study_card.rst",
            category="Study",
            labels={"what": "config, versions, seeds, models"},
        ),
        quality=report(
            made("report/quality.html"),
            caption="../workflow/report/quality_table.rst",
            category="Data",
            labels={"figure": "quality control, table"},
        ),
        completeness=report(
            made("report/completeness.html"),
            caption="../workflow/report/completeness_table.rst",
            category="Explanations",
            labels={"what": "completeness of the maps"},
        ),
    log:
        logged("report/study.log"),
    benchmark:
        logged("report/study.tsv")
    localrule: True
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        code=code("report_study"),
        runs=RUNS,
        folds=list(FOLDS),
        study=STUDY.plain(),
        label=STUDY.label,
    message:
        f"Write the study card of {STUDY.study}, and its quality control and completeness as"
        " pages"
    script:
        "../workflow/scripts/report_study.py"


rule report_evaluation:
    input:
        comparison=made("evaluate/comparison.tsv"),
        pairs=made("evaluate/pairs.tsv"),
        groups=made("evaluate/groups.tsv"),
        confounders=made("evaluate/confounders.tsv"),
        controls=made("evaluate/controls.tsv"),
    output:
        comparison=report(
            made("report/comparison.html"),
            caption="../workflow/report/comparison_table.rst",
            category="Models",
            labels={"figure": "models and floors, table"},
        ),
        pairs=report(
            made("report/pairs.html"),
            caption="../workflow/report/pairs_table.rst",
            category="Models",
            labels={"figure": "every two models"},
        ),
        groups=report(
            made("report/groups.html"),
            caption="../workflow/report/groups_table.rst",
            category="Models",
            labels={"figure": "by well, cell cycle, perturbation"},
        ),
        confounders=report(
            made("report/confounders.html"),
            caption="../workflow/report/confounders_table.rst",
            category="Models",
            labels={"figure": "known factors"},
        ),
        controls=report(
            made("report/controls.html"),
            caption="../workflow/report/controls_table.rst",
            category="Models",
            labels={"figure": "colour or structure, table"},
        ),
    log:
        logged("report/evaluation.log"),
    benchmark:
        logged("report/evaluation.tsv")
    localrule: True
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        code=code("report_evaluation"),
        task=TASK,
        labels={TARGET: STUDY.label},
    message:
        f"Write the tables that compare the models of {STUDY.study} as pages"
    script:
        "../workflow/scripts/report_evaluation.py"


rule report_model:
    input:
        cards=lambda wildcards: of_runs(
            "train/{model}/{fold}/{seed}/card.json", [wildcards.model]
        ),
        comparison=made("evaluate/comparison.tsv"),
        intervals=made("evaluate/intervals.tsv"),
        groups=made("evaluate/groups.tsv"),
    output:
        report(
            made("report/models/{model}.html"),
            caption="../workflow/report/model_card.rst",
            category="Models",
            labels={"figure": "model card", "model": "{model}"},
        ),
    log:
        logged("report/models/{model}.log"),
    benchmark:
        logged("report/models/{model}.tsv")
    localrule: True
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        code=code("report_model"),
        task=TASK,
        runs=lambda wildcards: [
            (fold, seed) for model, fold, seed in RUNS if model == wildcards.model
        ],
        defaults=usual_options(),
        designs={name: fold.design for name, fold in FOLDS.items()},
        label=STUDY.label,
        target=TARGET,
    message:
        "Write the card of {wildcards.model}"
    script:
        "../workflow/scripts/report_model.py"


# Benchmarks are no inputs: of a job that ran again they would make all that stands on it look old. When
# whatever else the report shows is there, so are the benchmarks of the jobs that made it.
rule report_costs:
    input:
        rules.data.input,
        rules.models.input,
        rules.explanations.input,
        rules.report_study.output,
        rules.report_evaluation.output,
        rules.report_explorer.output,
        made("report/use.html"),
        pages_of_checks(),
        [made(f"report/models/{model}.html") for model in MODELS],
    output:
        table=made("report/costs.tsv"),
        page=report(
            made("report/costs.html"),
            caption="../workflow/report/costs.rst",
            category="Study",
            labels={"what": "what it cost: hours, memory"},
        ),
    log:
        logged("report/costs.log"),
    benchmark:
        logged("report/costs.tsv")
    localrule: True
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        code=code("report_costs"),
        logs=logged(""),
        benchmarks=lambda wildcards: benchmarks_of_rules(),
        study=STUDY.plain(),
    message:
        f"Sum up what the jobs of {STUDY.study} cost"
    script:
        "../workflow/scripts/report_costs.py"


rule report:
    input:
        rules.report_costs.input,
        rules.report_costs.output,
    localrule: True
    message:
        f"Make everything that the report of study {STUDY.study} shows"
