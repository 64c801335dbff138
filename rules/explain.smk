# Maps and predictions -> which channels matter, in which transcription group.


rule explain_groups:
    input:
        cells=made("crops/cells.tsv"),
        splits=made(f"splits/{EXPLAINED_FOLD}/splits.tsv"),
    output:
        made("explain/groups.tsv"),
    log:
        logged("explain/groups.log"),
    benchmark:
        logged("explain/groups.tsv")
    conda:
        "../envs/nascent.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=code("explain_groups"),
        group_width=STUDY.explain.group_width,
    message:
        "Sort the cells of {STUDY.study} into low, medium and high transcription"
    script:
        "../workflow/scripts/explain_groups.py"


rule explain:
    input:
        maps=lambda wildcards: [
            made(
                f"attribute/{wildcards.model}/{wildcards.seed}/{wildcards.method}/{name}.h5"
            )
            for split in STUDY.attribute.splits
            for name in shards_of(split, EXPLAINED_FOLD)
        ],
        cells=made("crops/cells.tsv"),
        splits=made(f"splits/{EXPLAINED_FOLD}/splits.tsv"),
    output:
        importance=made("explain/{model}/{seed}/{method}.tsv"),
        cells=made("explain/{model}/{seed}/{method}.cells.tsv"),
    log:
        logged("explain/{model}/{seed}/{method}.log"),
    benchmark:
        logged("explain/{model}/{seed}/{method}.tsv")
    conda:
        "../envs/nascent.yaml"
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        code=code("explain"),
        explain=STUDY.explain.plain(),
        seed=STUDY.seed,
    message:
        "Channel importance of {wildcards.model}, seed {wildcards.seed}, by {wildcards.method}"
    script:
        "../workflow/scripts/explain.py"


rule explain_gather:
    input:
        importance=of_explanations("explain/{model}/{seed}/{method}.tsv"),
        cells=of_explanations("explain/{model}/{seed}/{method}.cells.tsv"),
    output:
        importance=report(
            made("explain/channel_importance.tsv"),
            caption="../workflow/report/importance_table.rst",
            category="Explanations",
            labels={"what": "channel importance, all models"},
        ),
        completeness=made("explain/completeness.tsv"),
    log:
        logged("explain/gather.log"),
    benchmark:
        logged("explain/gather.tsv")
    conda:
        "../envs/nascent.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=code("explain_gather"),
        explained=EXPLAINED,
    message:
        "Join the channel importances of {STUDY.study}"
    script:
        "../workflow/scripts/explain_gather.py"
