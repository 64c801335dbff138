# What the report shows beside the figures. The report itself is Snakemake's own, made after the run:
# snakemake --report results/<study>/report.html


rule report_study:
    input:
        quality=made("crops/quality.tsv"),
        splits=made("splits/splits.tsv"),
        metrics=made("evaluate/metrics.tsv"),
        completeness=made("explain/completeness.tsv"),
        cards=of_seeds("train/{model}/{seed}/card.json"),
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
        metrics=report(
            made("report/metrics.html"),
            caption="../workflow/report/metrics_table.rst",
            category="Models",
            labels={"figure": "models and floors, table"},
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
    conda:
        "../envs/nascent.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=code("report_study"),
        runs=RUNS,
        study=STUDY.plain(),
    message:
        "Write the study card of {STUDY.study}"
    script:
        "../workflow/scripts/report_study.py"


rule report:
    input:
        rules.data.input,
        rules.models.input,
        rules.explanations.input,
        rules.report_study.output,
    message:
        "Make everything that the report of study {STUDY.study} shows"
