# Maps -> channel scores of every cell, for other programs: AnnData and Parquet.


CHECKS_OF_MAPS.add(
    Part(
        script="explain_anndata",
        input={
            "maps": maps_explained,
            "cells": examples_table(),
            "explained": made("explain/{model}/{seed}/{method}.cells.tsv"),
            **tables_of_cells(),
        },
        output={"table": made("explain/{model}/{seed}/{method}.h5ad")},
        params={
            "aggregate": STUDY.explain.aggregate,
            "target": lambda wildcards: explained_by(wildcards)["target"],
            "checks": CHECKS_OF_CELLS,
        },
    )
)


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
        f"Join the {WORDS['feature']} scores of {STUDY.study}"
    script:
        "../../workflow/scripts/explain_scores.py"
