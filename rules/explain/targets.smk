# A model trained on permuted targets, and its maps: what a map of nothing learnt looks like.


rule explain_targets:
    input:
        shards=made(f"shards/{EXPLAINED_FOLD}/shards.tsv"),
        shard_files=shards_from_storage,
    output:
        made("randomised/{model}/{seed}/targets.tsv"),
    log:
        logged("randomised/{model}/{seed}/targets.log"),
    benchmark:
        logged("randomised/{model}/{seed}/targets.tsv")
    localrule: True
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        code=code("explain_targets"),
        targets=targets,
        seed=STUDY.seed,
    message:
        "Permute the targets that {wildcards.model} is trained on, seed {wildcards.seed}"
    script:
        "../../workflow/scripts/explain_targets.py"
