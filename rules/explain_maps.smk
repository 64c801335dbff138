# What is read out of the maps of one model, seed and method, and checked: one job asks the network, and
# one sums up. Each check is a part of one of them, in its own file.


rule explain_network:
    input:
        **NETWORK_CHECKS_OF_MAPS.input,
    output:
        **NETWORK_CHECKS_OF_MAPS.output,
    log:
        logged("explain/{model}/{seed}/{method}/network.log"),
    benchmark:
        logged("explain/{model}/{seed}/{method}/network.tsv")
    conda:
        ENVIRONMENT
    threads: 2
    resources:
        mem_mb=lambda wildcards, attempt: network_memory(
            method_of_maps(wildcards).batch_size, attempt
        ),
        runtime=growing(960),
        gpu=of_model("gpu"),
    params:
        code=code("explain_network"),
        state=kept("parts"),
        parts=NETWORK_CHECKS_OF_MAPS.told,
    message:
        "Check the maps of {wildcards.model}, seed {wildcards.seed}, by {wildcards.method} with the"
        " network"
    script:
        "../workflow/scripts/explain_network.py"


rule explain_tables:
    input:
        **TABLES_OF_MAPS.input,
    output:
        **TABLES_OF_MAPS.output,
    log:
        logged("explain/{model}/{seed}/{method}/tables.log"),
    benchmark:
        logged("explain/{model}/{seed}/{method}/tables.tsv")
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(4000),
        runtime=growing(480),
    params:
        code=code("explain_tables"),
        state=kept("parts"),
        parts=TABLES_OF_MAPS.told,
    message:
        "Sum up the maps of {wildcards.model}, seed {wildcards.seed}, by {wildcards.method}"
    script:
        "../workflow/scripts/explain_tables.py"
