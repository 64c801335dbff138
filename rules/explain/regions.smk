# How much of the maps falls on regions of the cell, against regions of other cells.


CHECKS_OF_MAPS.add(
    Part(
        script="explain_regions",
        input=READ_OUT_OF,
        output={"table": made("explain/{model}/{seed}/{method}/regions.tsv")},
        params={
            "split": shown_split(),
            "options": {
                name: region.plain() for name, region in STUDY.explain.regions.items()
            },
            "confidence": STUDY.explain.confidence,
            "seed": STUDY.seed,
        },
    )
)
