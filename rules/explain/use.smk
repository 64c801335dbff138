# Trained models and test cells -> how much skill a model loses without what a channel tells.
from nascent.report.pages import PAGES


rule explain_use:
    input:
        model=made(f"train/{{model}}/{EXPLAINED_FOLD}/{{seed}}/model.keras"),
        reader=made(f"train/{{model}}/{EXPLAINED_FOLD}/{{seed}}/reader.json"),
        shards=test_cells,
        groups=made("explain/channel_groups.tsv"),
    output:
        made("explain/{model}/{seed}/use.cells.tsv"),
    log:
        logged("explain/{model}/{seed}/use.log"),
    benchmark:
        logged("explain/{model}/{seed}/use.tsv")
    conda:
        ENVIRONMENT
    threads: 2
    resources:
        mem_mb=lambda wildcards, attempt: network_memory(64, attempt),
        runtime=growing(480),
        gpu=of_model("gpu"),
    params:
        code=code("explain_use"),
        target=TARGET,
        task=TASK,
        level=READ_OUT,
        output=LEVELS.index(READ_OUT) if LEVELS else 0,
        cells=STUDY.explain.use.cells,
        repeats=STUDY.explain.use.repeats,
        seed=STUDY.seed,
        deterministic=STUDY.deterministic,
    message:
        f"Find what {{wildcards.model}}, seed {{wildcards.seed}}, uses of each {WORDS['feature']}"
    script:
        "../../workflow/scripts/explain_use.py"


rule explain_use_gather:
    input:
        cells=of_used_runs("explain/{model}/{seed}/use.cells.tsv"),
        groups=made("explain/channel_groups.tsv"),
    output:
        made("explain/use.tsv"),
    log:
        logged("explain/use.log"),
    benchmark:
        logged("explain/use.tsv")
    localrule: True
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(3000),
        runtime=growing(30),
    params:
        code=code("explain_use_gather"),
        words=WORDS,
        runs=USED_RUNS,
        confidence=STUDY.explain.confidence,
        draws=STUDY.explain.bootstrap,
        seed=STUDY.seed,
    message:
        f"Sum up what the models of {STUDY.study} use of each {WORDS['feature']}"
    script:
        "../../workflow/scripts/explain_use_gather.py"


PAGES_OF_REPORT.add(
    Part(
        script="report_use",
        input={"use": made("explain/use.tsv")},
        output={"page": page(PAGES["use"])},
        params={"confidence": STUDY.explain.confidence, "task": TASK},
    )
)
