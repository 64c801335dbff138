# The table of cells -> the group of each: low, medium and high, or by a column.


rule explain_groups:
    input:
        cells=examples_table(),
        splits=made(f"splits/{EXPLAINED_FOLD}/splits.tsv"),
    output:
        made("explain/groups.tsv"),
    log:
        logged("explain/groups.log"),
    benchmark:
        logged("explain/groups.tsv")
    localrule: True
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        code=code("explain_groups"),
        groups=STUDY.groups_of_cells(),
    message:
        f"Sort the cells of {STUDY.study} into groups"
    script:
        "../../workflow/scripts/explain_groups.py"
