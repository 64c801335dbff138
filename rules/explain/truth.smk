# Where the data are simulated: what the maps find of what was planted.


CHECKS_OF_MAPS.add(
    Part(
        script="explain_truth",
        input={
            **INSPECTED,
            "maps": maps_explained,
            "shards": shards_explained,
            "truth": truths_of_parts(),
            "use": cells_of_use,
            "groups": made("explain/channel_groups.tsv"),
        },
        output={
            "table": made("explain/{model}/{seed}/{method}/truth.tsv"),
            "cells": made("explain/{model}/{seed}/{method}/truth.cells.tsv"),
        },
        params={
            "kind": STUDY.kind,
            "parts": PARTS.to_dict("records"),
            "cells": STUDY.explain.cells,
            "confidence": STUDY.explain.confidence,
            "draws": STUDY.explain.bootstrap,
            "seed": STUDY.seed,
            "aggregate": STUDY.explain.aggregate,
            "deterministic": STUDY.deterministic,
        },
        code=code_of_method("explain_truth"),
    )
)


DRAWN_OF_MORE["truth"] = {
    "input": {
        "table": made("explain/truth.tsv"),
        "cells": cells_held_against_truth(),
        "maps": maps_held_against_truth,
        "shards": shards_shown,
        "truth": truths_of_parts(),
    },
    "params": {
        "split": shown_split(),
        "confidence": STUDY.explain.confidence,
        "kind": STUDY.kind,
        "parts": PARTS.to_dict("records"),
        "explored": HELD_AGAINST_TRUTH,
        "pixel_size": STUDY.pixel_size,
        "methods": METHOD_NAMES,
    },
}
