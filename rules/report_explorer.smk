# Maps, images and channel scores -> the page in which single cells are looked at.


rule report_explorer:
    input:
        scores=of_explored("explain/{model}/{seed}/{method}.h5ad"),
        maps=maps_explored,
        shards=shards_explained,
        standing=standings_of_study(),
    output:
        page=made("report/explorer.html"),
        excerpt=report(
            made("report/explorer_excerpt.html"),
            caption="../workflow/report/explorer.rst",
            category="Explanations",
            labels={"figure": f"explorer of single {WORDS['examples']}"},
        ),
    log:
        logged("report/explorer.log"),
    benchmark:
        logged("report/explorer.tsv")
    conda:
        ENVIRONMENT
    resources:
        mem_mb=lambda wildcards, attempt: attempt
        * (2000 + 4 * STUDY.explain.explorer.megabytes),
        runtime=growing(60),
    params:
        code=code("report_explorer"),
        words=WORDS,
        factors=FACTORS,
        batches=BATCHES,
        study=STUDY.study,
        explorer=STUDY.explain.explorer.plain(),
        labels={TARGET: EXPLAINED_LABEL},
        seed=STUDY.seed,
    message:
        f"Write the explorer of {STUDY.study}"
    script:
        "../workflow/scripts/report_explorer.py"
