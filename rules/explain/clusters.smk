# Channels grouped by their maps, against maps of different cells.


CHECKS_OF_MAPS.add(
    Part(
        script="explain_clusters",
        input=READ_OUT_OF,
        output={
            "clusters": made("explain/{model}/{seed}/{method}/channel_clusters.tsv"),
            "distances": made("explain/{model}/{seed}/{method}/channel_distances.tsv"),
        },
        params={
            "split": shown_split(),
            "options": STUDY.explain.clusters.plain(),
            "confidence": STUDY.explain.confidence,
            "bootstrap": STUDY.explain.bootstrap,
            "seed": STUDY.seed,
        },
    )
)
