# The table of cells -> the stratum of each: low, medium and high, or by a column.


rule explain_strata:
    input:
        cells=examples_table(),
        splits=made(f"splits/{EXPLAINED_FOLD}/splits.tsv"),
    output:
        made("explain/strata.tsv"),
    log:
        logged("explain/strata.log"),
    benchmark:
        logged("explain/strata.tsv")
    localrule: True
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        code=code("explain_strata"),
        strata=STUDY.strata_of_cells(),
    message:
        f"Sort the {WORDS['examples']} of {STUDY.study} into strata"
    script:
        "../../workflow/scripts/explain_strata.py"
