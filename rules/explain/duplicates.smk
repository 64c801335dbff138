# Training cells -> which input channels repeat each other, and their groups.


rule explain_duplicates:
    input:
        shards=training_cells,
        channels=channels_table(EXPLAINED_FOLD),
    output:
        correlations=made("explain/channel_correlations.tsv"),
        groups=made("explain/channel_groups.tsv"),
    log:
        logged("explain/channel_correlations.log"),
    benchmark:
        logged("explain/channel_correlations.tsv")
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(2000),
        runtime=growing(60),
    params:
        code=code("explain_duplicates"),
        inputs=lambda wildcards: CHANNELS,
        normalise=STUDY.shards.normalise.plain(),
        bound=STUDY.explain.duplicates,
        groups=lambda wildcards: STUDY.explain.channel_groups,
        seed=STUDY.seed,
    message:
        f"Correlate the input {WORDS['features']} of {STUDY.study}"
    script:
        "../../workflow/scripts/explain_duplicates.py"
