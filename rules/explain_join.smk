# What each check says of each explanation -> one table a check, and its page in the report.


rule explain_join:
    input:
        of_explanations("explain/{model}/{seed}/{method}/{{check}}.tsv"),
    output:
        made("explain/{check}.tsv"),
    log:
        logged("explain/{check}.join.log"),
    benchmark:
        logged("explain/{check}.join.tsv")
    wildcard_constraints:
        check="|".join(JOINED_CHECKS),
    localrule: True
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        code=code("explain_join"),
        explained=EXPLAINED,
    message:
        f"Join the {{wildcards.check}} of all explanations of {STUDY.study}"
    script:
        "../workflow/scripts/explain_join.py"


rule report_check:
    input:
        table=made("explain/{check}.tsv"),
        standing=standings_on_page,
    output:
        report(
            made("report/checks/{check}.html"),
            caption="../workflow/report/check_table.rst",
            category="Explanations",
            subcategory="Tables",
            labels={"what": "{check}"},
        ),
    log:
        logged("report/checks/{check}.log"),
    benchmark:
        logged("report/checks/{check}.tsv")
    wildcard_constraints:
        check="|".join(PAGES),
    localrule: True
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        code=code("report_check"),
        title=lambda wildcards: CHECKS[wildcards.check].title,
        note=lambda wildcards: CHECKS[wildcards.check].note,
    message:
        f"Write the page of the {{wildcards.check}} of {STUDY.study}"
    script:
        "../workflow/scripts/report_check.py"
