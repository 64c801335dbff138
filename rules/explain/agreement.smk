# Agreement: do seeds, methods and architectures rank the same pixels first?


rule explain_agreement:
    input:
        maps=maps_of_all_explanations,
        cells=examples_table(),
    output:
        made("explain/agreement.tsv"),
    log:
        logged("explain/agreement.log"),
    benchmark:
        logged("explain/agreement.tsv")
    conda:
        ENVIRONMENT
    resources:
        mem_mb=memory_of_agreement,
        runtime=growing(240),
    params:
        code=code("explain_agreement"),
        words=WORDS,
        explained=EXPLAINED,
        cells=STUDY.explain.cells,
        confidence=STUDY.explain.confidence,
        draws=STUDY.explain.bootstrap,
        seed=STUDY.seed,
    message:
        f"Compare all maps of {STUDY.study} with each other"
    script:
        "../../workflow/scripts/explain_agreement.py"
