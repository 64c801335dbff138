# What the checks say against each explanation: what is shown first, and with which words.


rule explain_standing:
    input:
        verdicts=verdicts_of_explained(),
        randomisation=made("explain/randomisation.tsv"),
    output:
        made("explain/standing.tsv"),
    log:
        logged("explain/standing.log"),
    benchmark:
        logged("explain/standing.tsv")
    localrule: True
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        code=code("explain_standing"),
        words=WORDS,
        explained=explained_columns(),
    message:
        f"Say how far each explanation of {STUDY.study} can be relied on"
    script:
        "../../workflow/scripts/explain_standing.py"
