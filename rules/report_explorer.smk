# Maps, images and channel scores -> the page in which single cells are looked at.


rule report_explorer:
    input:
        scores=of_explored("explain/{model}/{seed}/{method}.h5ad"),
        maps=maps_explored,
        shards=shards_explained,
        standing=standings_of_study(),
        verdicts=verdicts_of_explained(),
        truth=truths_of_parts() if "truth" in CHECKS else [],
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
        about={
            "study": STUDY.study,
            "labels": {TARGET: EXPLAINED_LABEL},
            "task": TASK,
            "factors": FACTORS,
            "batches": BATCHES,
            "references": dict(KIND.references),
            "hidden": IMAGED if TARGET == KIND.target else "",
            "pixel_size": STUDY.pixel_size,
        },
        kind=STUDY.kind,
        parts=PARTS.to_dict("records"),
        explorer=STUDY.explain.explorer.plain(),
        seed=STUDY.seed,
    message:
        f"Write the explorer of {STUDY.study}"
    script:
        "../workflow/scripts/report_explorer.py"
