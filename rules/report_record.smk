# What the study is, for whoever reads its results later. It is there before anything else.
from nascent.config.record import plain_record


rule report_record:
    output:
        made("study.json"),
    log:
        logged("report/record.log"),
    benchmark:
        logged("report/record.tsv")
    priority: 3
    localrule: True
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(500),
        runtime=growing(5),
    params:
        code=code("report_record"),
        words=WORDS,
        record=plain_record(OUTLINE),
    message:
        f"Write down what {STUDY.study} is"
    script:
        "../workflow/scripts/report_record.py"
