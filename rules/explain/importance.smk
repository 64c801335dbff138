# Maps and predictions -> which channels matter, in which stratum of cells.


CHECKS_OF_MAPS.add(
    Part(
        script="explain_importance_null",
        input={
            **INSPECTED,
            "maps": maps_explained,
            "shards": shards_explained,
            "cells": examples_table(),
            "splits": made(f"splits/{EXPLAINED_FOLD}/splits.tsv"),
            "groups": made("explain/channel_groups.tsv"),
        },
        output={"table": made("explain/{model}/{seed}/{method}.null.tsv")},
        params={
            "strata": STUDY.strata_of_cells(),
            "untrained": STUDY.explain.untrained.plain(),
            "seed": STUDY.seed,
            "deterministic": STUDY.deterministic,
        },
        code=code_of_method("explain_importance_null"),
    )
)


CHECKS_OF_MAPS.add(
    Part(
        script="explain",
        input={
            "maps": maps_explained,
            "cells": examples_table(),
            "splits": made(f"splits/{EXPLAINED_FOLD}/splits.tsv"),
            "null": made("explain/{model}/{seed}/{method}.null.tsv"),
            "groups": made("explain/channel_groups.tsv"),
        },
        output={
            "importance": made("explain/{model}/{seed}/{method}.tsv"),
            "cells": made("explain/{model}/{seed}/{method}.cells.tsv"),
            "joint": made("explain/{model}/{seed}/{method}/joint_importance.tsv"),
        },
        params={
            "aggregate": STUDY.explain.aggregate,
            "strata": STUDY.strata_of_cells(),
            "confidence": STUDY.explain.confidence,
            "bootstrap": STUDY.explain.bootstrap,
            "seed": STUDY.seed,
        },
    )
)


rule explain_gather:
    input:
        importance=of_explanations("explain/{model}/{seed}/{method}.tsv"),
        cells=of_explanations("explain/{model}/{seed}/{method}.cells.tsv"),
    output:
        importance=report(
            made("explain/channel_importance.tsv"),
            caption="../../workflow/report/importance_table.rst",
            category="Explanations",
            labels={"what": "shares of the map by channel, all models"},
        ),
        completeness=made("explain/completeness.tsv"),
    log:
        logged("explain/gather.log"),
    benchmark:
        logged("explain/gather.tsv")
    localrule: True
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        code=code("explain_gather"),
        explained=EXPLAINED,
    message:
        f"Join the shares of {WORDS['features']} in the maps of {STUDY.study}"
    script:
        "../../workflow/scripts/explain_gather.py"


DRAWN_OF_MORE["completeness"] = {
    "input": {"cells": of_explanations("explain/{model}/{seed}/{method}.cells.tsv")},
    "params": {"methods": METHOD_NAMES, "explained": EXPLAINED, "split": shown_split()},
}
