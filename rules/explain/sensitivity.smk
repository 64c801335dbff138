# Small changes of the image: how much do maps move?


CHECKS_OF_MAPS.add(
    Part(
        script="explain_sensitivity",
        input={
            **INSPECTED,
            "cells": examples_table(),
        },
        output={"table": made("explain/{model}/{seed}/{method}/sensitivity.tsv")},
        params={
            "sensitivity": STUDY.explain.sensitivity.plain(),
            "cells": STUDY.explain.cells,
            "confidence": STUDY.explain.confidence,
            "draws": STUDY.explain.bootstrap,
            "seed": STUDY.seed,
            "deterministic": STUDY.deterministic,
        },
        code=code_of_method("explain_sensitivity"),
    )
)
