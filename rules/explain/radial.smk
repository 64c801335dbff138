# Whether maps lie in the centre or at the edge, and the mean map, by stratum.


CHECKS_OF_MAPS.add(
    Part(
        script="explain_radial",
        input=READ_OUT_OF,
        output={
            "table": made("explain/{model}/{seed}/{method}/radial.tsv"),
            "maps": made("explain/{model}/{seed}/{method}/mean_maps.h5"),
        },
        params={
            "split": shown_split(),
            "confidence": STUDY.explain.confidence,
        },
    )
)
