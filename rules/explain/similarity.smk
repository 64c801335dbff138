# Which images the maps look like, against the images of other cells.


CHECKS_OF_MAPS.add(
    Part(
        script="explain_similarity",
        input=READ_OUT_OF,
        output={"table": made("explain/{model}/{seed}/{method}/similarity.tsv")},
        params={
            "split": shown_split(),
            "options": how_to_compare(),
            "confidence": STUDY.explain.confidence,
            "seed": STUDY.seed,
        },
    )
)
