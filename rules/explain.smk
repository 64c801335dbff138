# Maps and predictions -> read-outs and checks. A check lies in its own file: as rules, or as a part of
# the job of a map set.


include: "explain/targets.smk"


# Those for which the study has what they need.
for file in dict.fromkeys(check.file for check in CHECKS.values()):

    include: f"explain/{file}.smk"


include: "explain/join.smk"
include: "explain/exports.smk"


rule explain_maps:
    input:
        **CHECKS_OF_MAPS.input,
    output:
        **CHECKS_OF_MAPS.output,
    log:
        logged("explain/{model}/{seed}/{method}/maps.log"),
    benchmark:
        logged("explain/{model}/{seed}/{method}/maps.tsv")
    priority: 1
    conda:
        ENVIRONMENT
    threads: 2
    resources:
        mem_mb=memory_of_method,
        runtime=growing(960),
        gpu=of_model("gpu"),
    params:
        code=code("explain_maps"),
        state=kept("parts"),
        parts=CHECKS_OF_MAPS.told,
    message:
        "Sum up and check the maps of {wildcards.model}, seed {wildcards.seed}, by"
        " {wildcards.method}"
    script:
        "../workflow/scripts/explain_maps.py"


# Rules made of others lie in one folder with them: a script's path is as seen from the rule file.
use rule train as explain_roar_train with:
    input:
        shards=made(f"shards/{EXPLAINED_FOLD}/shards.tsv"),
        shard_files=shards_from_storage,
        channels=channels_table(EXPLAINED_FOLD),
        chosen=chosen_of_explained,
        weights=weights_of_training,
        removal=made("roar/{model}/{seed}/{order}/{fraction}/removed.h5"),
    output:
        model=temp(made("roar/{model}/{seed}/{order}/{fraction}/model.keras")),
        reader=temp(made("roar/{model}/{seed}/{order}/{fraction}/reader.json")),
        history=made("roar/{model}/{seed}/{order}/{fraction}/history.tsv"),
        card=made("roar/{model}/{seed}/{order}/{fraction}/card.json"),
    log:
        logged("roar/{model}/{seed}/{order}/{fraction}/train.log"),
    benchmark:
        logged("roar/{model}/{seed}/{order}/{fraction}/train.tsv")
    params:
        code=code_of_training,
        state=lambda wildcards: kept(
            "roar/{model}/{seed}/{order}/{fraction}".format(**wildcards)
        ),
        tensorboard=logged("roar/{model}/{seed}/{order}/{fraction}/tensorboard"),
        options=options_of_training,
        targets=target_specs,
        inputs=seen,
        normalise=STUDY.shards.normalise.plain(),
        deterministic=STUDY.deterministic,
    message:
        "Train {wildcards.model} with seed {wildcards.seed} without {wildcards.fraction} of its"
        " entries by {wildcards.order}"


use rule train as explain_targets_train with:
    input:
        shards=made(f"shards/{EXPLAINED_FOLD}/shards.tsv"),
        shard_files=shards_from_storage,
        channels=channels_table(EXPLAINED_FOLD),
        chosen=chosen_of_explained,
        weights=weights_of_training,
        targets=made("randomised/{model}/{seed}/targets.tsv"),
    output:
        model=made("randomised/{model}/{seed}/train/model.keras"),
        reader=made("randomised/{model}/{seed}/train/reader.json"),
        history=made("randomised/{model}/{seed}/train/history.tsv"),
        card=made("randomised/{model}/{seed}/train/card.json"),
    log:
        logged("randomised/{model}/{seed}/train.log"),
    benchmark:
        logged("randomised/{model}/{seed}/train.tsv")
    params:
        code=code_of_training,
        state=lambda wildcards: kept(
            "randomised/{model}/{seed}/train".format(**wildcards)
        ),
        tensorboard=logged("randomised/{model}/{seed}/train.tensorboard"),
        options=options_of_learning_by_heart,
        targets=target_specs,
        inputs=seen,
        normalise=STUDY.shards.normalise.plain(),
        deterministic=STUDY.deterministic,
    message:
        "Train {wildcards.model} with seed {wildcards.seed} on permuted targets"


use rule attribute as explain_targets_attribute with:
    input:
        model=made("randomised/{model}/{seed}/train/model.keras"),
        reader=made("randomised/{model}/{seed}/train/reader.json"),
        shard=made(f"shards/{EXPLAINED_FOLD}/{{split}}-{{number}}.h5"),
        training=training_cells_of_method,
    output:
        made("randomised/{model}/{seed}/{method}/{split}-{number}.h5"),
    log:
        logged("randomised/{model}/{seed}/{method}/{split}-{number}.log"),
    benchmark:
        logged("randomised/{model}/{seed}/{method}/{split}-{number}.tsv")
    params:
        code=code_of_method("attribute"),
        state=lambda wildcards: kept(
            "randomised/{model}/{seed}/{method}/{split}-{number}".format(**wildcards)
        ),
        deterministic=STUDY.deterministic,
    message:
        "Explain {wildcards.model}, trained on permuted targets with seed {wildcards.seed}, by"
        f" {{wildcards.method}}: {WORDS['examples']} of {{wildcards.split}}-{{wildcards.number}}"
