# Toy genes: files of genes, simulated, and the windows that are read of them. One job a file.
TOY = workflow.current_basedir.join("scripts")


rule simulate:
    output:
        made("simulate/{part}.tsv"),
    log:
        logged("simulate/{part}.log"),
    benchmark:
        logged("simulate/{part}.tsv")
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        code=code("simulate", scripts=TOY),
        number=lambda wildcards: int(PARTS.loc[wildcards.part, "number"]),
        seed=STUDY.seed,
        simulate=STUDY.simulate.plain(),
    message:
        "Simulate the genes of {wildcards.part}"
    script:
        "scripts/simulate.py"


rule windows:
    input:
        made("simulate/{part}.tsv"),
    output:
        store_of("{part}"),
    log:
        logged("windows/{part}.log"),
    benchmark:
        logged("windows/{part}.tsv")
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        code=code("windows", scripts=TOY),
    message:
        "Read the genes of {wildcards.part}"
    script:
        "scripts/windows.py"


rule windows_gather:
    input:
        of_parts("windows/{part}.h5"),
    output:
        examples=examples_table(),
        quality=quality_table(),
    log:
        logged("windows/gather.log"),
    benchmark:
        logged("windows/gather.tsv")
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        code=code("windows_gather", scripts=TOY),
        group=STUDY.splits.group,
    message:
        f"Join the tables of genes of {STUDY.study}"
    script:
        "scripts/windows_gather.py"
