# Maps -> channel scores of every cell, for other programs: AnnData and Parquet.


rule explain_anndata:
    input:
        maps=maps_explained,
        cells=examples_table(),
        explained=made("explain/{model}/{seed}/{method}.cells.tsv"),
        checks=checks_of_cells,
    output:
        made("explain/{model}/{seed}/{method}.h5ad"),
    log:
        logged("explain/{model}/{seed}/{method}.h5ad.log"),
    benchmark:
        logged("explain/{model}/{seed}/{method}.h5ad.tsv")
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(2000),
        runtime=growing(60),
    params:
        code=code("explain_anndata"),
        aggregate=STUDY.explain.aggregate,
        target=lambda wildcards: explained_by(wildcards)["target"],
        checks=CHECKS_OF_CELLS,
    message:
        "Export the channel scores of {wildcards.model}, seed {wildcards.seed}, by"
        " {wildcards.method}"
    script:
        "../workflow/scripts/explain_anndata.py"


rule explain_scores:
    input:
        of_explanations("explain/{model}/{seed}/{method}.h5ad"),
    output:
        made("explain/channel_scores.parquet"),
    log:
        logged("explain/channel_scores.log"),
    benchmark:
        logged("explain/channel_scores.tsv")
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(2000),
        runtime=growing(30),
    params:
        code=code("explain_scores"),
    message:
        f"Join the channel scores of {STUDY.study}"
    script:
        "../workflow/scripts/explain_scores.py"
