# How far maps add up to the change in prediction that they divide.


rule figures_completeness:
    input:
        cells=of_explanations("explain/{model}/{seed}/{method}.cells.tsv"),
    output:
        png=report(
            made("figures/completeness.png"),
            caption="../workflow/report/completeness.rst",
            category="Explanations",
            subcategory="Checks",
            labels={"what": "how far maps add up"},
        ),
        svg=made("figures/completeness.svg"),
    log:
        logged("figures/completeness.log"),
    benchmark:
        logged("figures/completeness.tsv")
    group:
        "figures"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        code=code("figures_completeness"),
        explained=EXPLAINED,
        split=shown_split(),
    message:
        f"Draw how far the maps of {STUDY.study} add up"
    script:
        "../workflow/scripts/figures_completeness.py"
