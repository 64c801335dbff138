# How the share of each channel changes with the target, within wells.


CHECKS_OF_MAPS.add(
    Part(
        script="explain_trend",
        input={
            "cells": made("explain/{model}/{seed}/{method}.cells.tsv"),
        },
        output={"table": made("explain/{model}/{seed}/{method}/trend.tsv")},
        params={
            "inputs": features_seen,
            "split": shown_split(),
            "confidence": STUDY.explain.confidence,
            "bootstrap": STUDY.explain.bootstrap,
            "seed": STUDY.seed,
        },
    )
)
