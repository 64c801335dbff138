# The report of the study, report.html, and the pages that Snakemake's own report shows beside figures:
# snakemake --report results/<study>/report_workflow.html
from nascent.report.pages import EVALUATION, PAGES, card_of
from nascent.report.study_page.contents import files_of
from nascent.stages import stages_of

PAGES_OF_REPORT.add(
    Part(
        script="report_study",
        input={
            "quality": quality_table(),
            "splits": of_folds("splits/{fold}/splits.tsv"),
            "completeness": made("explain/completeness.tsv"),
            "cards": of_runs("train/{model}/{fold}/{seed}/card.json"),
        },
        output={
            "card": page(PAGES["study"]),
            "quality": page(PAGES["quality"]),
            "completeness": page(PAGES["completeness"]),
        },
        params={
            "runs": RUNS,
            "folds": list(FOLDS),
            "study": STUDY.plain(),
            "label": STUDY.label,
        },
    )
)
PAGES_OF_REPORT.add(
    Part(
        script="report_evaluation",
        input={each.name: made(f"evaluate/{each.name}.tsv") for each in EVALUATION},
        output={each.name: page(each) for each in EVALUATION},
        params={
            "task": TASK,
            "labels": {TARGET: STUDY.label},
            "references": REFERENCES,
        },
    )
)
for model in MODELS:
    PAGES_OF_REPORT.add(
        Part(
            script="report_model",
            name=f"report_model_{model}",
            input={
                "cards": of_runs("train/{model}/{fold}/{seed}/card.json", [model]),
                "comparison": made("evaluate/comparison.tsv"),
                "intervals": made("evaluate/intervals.tsv"),
                "levels": made("evaluate/levels.tsv"),
            },
            output={"page": page(card_of(model), model=model)},
            params={
                "task": TASK,
                "runs": [(fold, seed) for name, fold, seed in RUNS if name == model],
                "defaults": usual_options(),
                "designs": {name: fold.design for name, fold in FOLDS.items()},
                "label": STUDY.label,
                "target": TARGET,
                "references": REFERENCES,
            },
            wildcards={"model": model},
        )
    )


rule report_pages:
    input:
        **PAGES_OF_REPORT.input,
    output:
        **PAGES_OF_REPORT.output,
    log:
        logged("report/pages.log"),
    benchmark:
        logged("report/pages.tsv")
    localrule: True
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        code=code("report_pages"),
        state=kept("parts"),
        parts=PAGES_OF_REPORT.told,
        # What a caption says.
        confidence=STUDY.explain.confidence,
    message:
        f"Write the pages of the report of {STUDY.study}"
    script:
        "../workflow/scripts/report_pages.py"


# Benchmarks are no inputs: of a job that ran again they would make all that stands on it look old. When
# whatever else the report shows is there, so are the benchmarks of the jobs that made it.
rule report_costs:
    input:
        rules.data.input,
        rules.models.input,
        rules.explanations.input,
        rules.report_pages.output,
        rules.report_explorer.output if IMAGES else [],
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
        stages=stages_of(KIND.first_stage),
        study=STUDY.plain(),
        # What plans of other studies read of this one, beside its tables.
        features=lambda wildcards: list(FEATURES),
    message:
        f"Sum up what the jobs of {STUDY.study} cost"
    script:
        "../workflow/scripts/report_costs.py"


rule report_page:
    input:
        rules.report_costs.input,
        record=made("study.json"),
        costs=rules.report_costs.output.table,
        cards=of_runs("train/{model}/{fold}/{seed}/card.json"),
        shown=[made(place) for place in files_of(STUDY)],
    output:
        page=made("report.html"),
    log:
        logged("report/page.log"),
    benchmark:
        logged("report/page.tsv")
    localrule: True
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        code=code_of_methods("report_page"),
        words=WORDS,
        captions=lambda wildcards: digests_of_captions(),
    message:
        f"Write the report of {STUDY.study}"
    script:
        "../workflow/scripts/report_page.py"


rule report:
    input:
        rules.report_page.input,
        rules.report_page.output,
        rules.report_costs.output,
    localrule: True
    message:
        f"Make everything that the report of study {STUDY.study} shows"
