# Weights drawn anew, and targets permuted: what is left of the maps?


CHECKS_OF_MAPS.add(
    Part(
        script="explain_randomisation",
        input={
            **INSPECTED,
            "cells": examples_table(),
            "permuted": maps_of_permuted_targets,
        },
        output={"table": made("explain/{model}/{seed}/{method}/randomisation.tsv")},
        params={
            "randomisation": STUDY.explain.randomisation.plain(),
            "cells": STUDY.explain.cells,
            "confidence": STUDY.explain.confidence,
            "draws": STUDY.explain.bootstrap,
            "seed": STUDY.seed,
            "deterministic": STUDY.deterministic,
        },
        code=code_of_method("explain_randomisation"),
    )
)
