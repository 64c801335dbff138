# Wells of a group, each of which says when it began and when it ended.
WELLS = range(4)


rule all:
    input:
        expand("wells/{well}.tsv", well=WELLS),


rule simulate:
    output:
        "wells/{well}.tsv",
    group:
        "simulate"
    resources:
        mem_mb=600,
    shell:
        "date +%s.%N > {output}; sleep 1; date +%s.%N >> {output}"
