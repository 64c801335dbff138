# What each check says of each explanation -> one table a check, and its page in the report.
from nascent.report.pages import page_of_check


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
        "../../workflow/scripts/explain_join.py"


for check in MADE_CHECKS:
    if check.title:
        PAGES_OF_REPORT.add(
            Part(
                script="report_check",
                name=f"report_{check.name}",
                input={
                    "table": made(f"explain/{check.name}.tsv"),
                    # Checks that need no maps hold no explanation, whose standing the page would say.
                    "standing": [] if check.always else standings_of_study(),
                },
                output={
                    "page": page(page_of_check(check), what=SPOKEN.header(check.name))
                },
                params={"title": check.title, "note": check.note},
                wildcards={"check": check.name},
            )
        )
