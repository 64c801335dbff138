# Grad-CAMO: how much of the maps, and of the features behind them, lies in the cell.


CHECKS_OF_MAPS.add(
    Part(
        script="explain_attention",
        input={
            "maps": maps_explained,
            "splits": made(f"splits/{EXPLAINED_FOLD}/splits.tsv"),
        },
        output={
            "table": made("explain/{model}/{seed}/{method}/attention.tsv"),
            "cells": made("explain/{model}/{seed}/{method}/attention.cells.tsv"),
        },
        params={
            "attention": STUDY.explain.attention.plain(),
            "confidence": STUDY.explain.confidence,
            "seed": STUDY.seed,
        },
    )
)


rule explain_features:
    input:
        model=made(f"train/{{model}}/{EXPLAINED_FOLD}/{{seed}}/model.keras"),
        reader=made(f"train/{{model}}/{EXPLAINED_FOLD}/{{seed}}/reader.json"),
        shards=shards_explained,
    output:
        table=made("explain/{model}/{seed}/features.tsv"),
        cells=made("explain/{model}/{seed}/feature_attention.tsv"),
    log:
        logged("explain/{model}/{seed}/feature_attention.log"),
    benchmark:
        logged("explain/{model}/{seed}/feature_attention.tsv")
    conda:
        ENVIRONMENT
    threads: 2
    resources:
        mem_mb=lambda wildcards, attempt: network_memory(32, attempt),
        runtime=growing(60),
        gpu=of_model("gpu"),
    params:
        code=code("explain_features"),
        confidence=STUDY.explain.confidence,
        seed=STUDY.seed,
        deterministic=STUDY.deterministic,
    message:
        f"Find which features of {{wildcards.model}}, seed {{wildcards.seed}}, lie in the {WORDS['example']}"
    script:
        "../../workflow/scripts/explain_features.py"


rule explain_features_gather:
    input:
        of_explained_runs("explain/{model}/{seed}/features.tsv"),
    output:
        made("explain/feature_attention.tsv"),
    log:
        logged("explain/feature_attention.log"),
    benchmark:
        logged("explain/feature_attention.tsv")
    localrule: True
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        code=code("explain_features_gather"),
        runs=EXPLAINED_RUNS,
    message:
        f"Join the features of the models of {STUDY.study}"
    script:
        "../../workflow/scripts/explain_features_gather.py"
