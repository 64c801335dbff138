# Deletion and insertion: does the prediction move when the pixels that a map ranks first go?


CHECKS_OF_MAPS.add(
    Part(
        script="explain_removal",
        input={
            **INSPECTED,
            "cells": examples_table(),
        },
        output={"table": made("explain/{model}/{seed}/{method}/removal.tsv")},
        params={
            "removal": STUDY.explain.removal.plain(),
            "batch_size": lambda wildcards: method_of_maps(wildcards).batch_size,
            "cells": STUDY.explain.cells,
            "confidence": STUDY.explain.confidence,
            "draws": STUDY.explain.bootstrap,
            "seed": STUDY.seed,
            "deterministic": STUDY.deterministic,
        },
        code=code_of_method("explain_removal"),
    )
)
