# Stand-ins for slow jobs of a study, under names that the profile knows. `slow` tells what each does.
SLOW = config["slow"]
SECONDS = config.get("seconds", 0)


rule all:
    input:
        "table.tsv",


rule train:
    output:
        "model.tsv",
    log:
        "train.log",
    resources:
        mem_mb=lambda wildcards, attempt: 700 * attempt,
        gpu=1,
    params:
        megabytes=config.get("megabytes", 0),
    shell:
        "echo gpus: {resources.gpu}, devices: ${{CUDA_VISIBLE_DEVICES:-none}} > {log}; "
        "python {SLOW} {output} {SECONDS} {params.megabytes} >> {log} 2>&1"


rule gather:
    input:
        "model.tsv",
    output:
        "table.tsv",
    localrule: True
    shell:
        "cp {input} {output}"
