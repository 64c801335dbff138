# The study's figures, PNG, SVG and PDF; the report shows the PNGs.
# One job draws those of the data, one those of the models, one those of the checks, and one those of
# each model and method. Which figures there are follows from nascent.figures.table and
# nascent.explain.checks; here stands what those are drawn of that need more than tables.
OF_SPLITS = {
    "cells": examples_table(),
    "splits": made(f"splits/{EXPLAINED_FOLD}/splits.tsv"),
}
OF_SINGLE_CELLS = {
    "maps": maps_of_lowest_seed,
    "shards": shards_explained,
    "cells": cells_of_lowest_seed,
}
# The factor whose level stands beside each example that is shown; empty where there is none.
FINEST = FACTORS[-1] if FACTORS else ""
DRAWN_OF_MORE |= {
    "crops": {
        "input": {"cells": examples_table(), "stores": stores_of_study()},
        "params": {
            "target": IMAGED,
            "inputs": CHANNELS,
            "top_channels": STUDY.figures.top_channels,
            "factor": FINEST,
            "pixel_size": STUDY.pixel_size,
        },
    },
    "balance": {
        "input": OF_SPLITS,
        "params": {"label": MEASURED, "factors": FACTORS},
    },
    "pixels": {
        "input": {
            "histograms": of_parts(f"shards/{EXPLAINED_FOLD}/histograms/{{part}}.h5"),
            "channels": made(f"shards/{EXPLAINED_FOLD}/channels.tsv"),
        },
        "params": {"inputs": CHANNELS, "normalise": STUDY.shards.normalise.plain()},
    },
    "target": {
        "input": OF_SPLITS,
        "params": {
            "strata": STUDY.strata_of_cells(),
            "classes": TARGET if LEVELS else "",
            "label": STUDY.label if LEVELS else MEASURED,
        },
    },
    "learning": {
        "input": {
            "histories": of_runs("train/{model}/{fold}/{seed}/history.tsv"),
            "cards": of_runs("train/{model}/{fold}/{seed}/card.json"),
            "floors": made(f"evaluate/floors/{EXPLAINED_FOLD}/metrics.tsv"),
        },
        "params": {
            "task": TASK,
            "runs": RUNS,
            "target": TARGET,
            "label": STUDY.label,
            "references": dict(KIND.references),
        },
    },
    "gallery": {
        "input": {
            "predictions": made("evaluate/predictions.tsv"),
            "comparison": made("evaluate/comparison.tsv"),
            "shards": test_cells,
        },
        "params": {
            "task": TASK,
            "target": TARGET,
            "label": STUDY.label,
            "fold": EXPLAINED_FOLD,
            "inputs": [name for name in CHANNELS if name not in STUDY.hidden],
            "each": 5,
            "pixel_size": STUDY.pixel_size,
        },
    },
    "score_maps": {
        "input": OF_SINGLE_CELLS,
        "params": {
            "inputs": seen,
            "figures": STUDY.figures.plain(),
            "factor": FINEST,
            "pixel_size": STUDY.pixel_size,
        },
    },
    "panels": {
        "input": OF_SINGLE_CELLS | {"groups": made("explain/channel_groups.tsv")},
        "params": {
            "inputs": seen,
            "target": IMAGED,
            "factor": FINEST,
            "pixel_size": STUDY.pixel_size,
        },
    },
    "radial": {
        "input": {
            "table": lambda wildcards: lowest_seed(
                wildcards, "explain/{model}/{seed}/{method}/radial.tsv"
            ),
            "mean_maps": lambda wildcards: lowest_seed(
                wildcards, "explain/{model}/{seed}/{method}/mean_maps.h5"
            ),
        },
        "params": {"pixel_size": STUDY.pixel_size},
    },
    "importance": {
        "input": TABLES_OF_IMPORTANCE,
        "params": {
            "use": how_use_is_summed_up,
            "aggregate": STUDY.explain.aggregate,
            "inputs": features_seen,
            "split": shown_split(),
            "task": TASK,
        },
    },
}

# Job → category of the figures that it draws, what they show in words, and what their captions say.
DRAWN_TOGETHER = {
    "data": (
        "Data",
        "data",
        {
            "measured": MEASURED,
            "strata": STUDY.strata_of_cells(),
            "size": STUDY.places[0],
            "label": STUDY.label,
        },
    ),
    "models": (
        "Models",
        "learning and the predictions of the models",
        {"label": STUDY.label},
    ),
    "checks": (
        "Explanations",
        "checks of all explanations",
        {"confidence": STUDY.explain.confidence},
    ),
}

for name, (category, shown, captions) in DRAWN_TOGETHER.items():
    parts = parts_together(study_figure(each) for each in figures_in(category))

    rule:
        name:
            f"figures_{name}"
        input:
            **parts.input,
        output:
            **parts.output,
        log:
            logged(f"figures/{name}.log"),
        benchmark:
            logged(f"figures/{name}.tsv")
        group:
            group_of("figures")
        conda:
            ENVIRONMENT
        resources:
            mem_mb=growing(2000),
            runtime=growing(60),
        params:
            **captions,
            code=code("figures"),
            state=kept("parts"),
            parts=parts.told,
        message:
            f"Draw the {shown} of {STUDY.study}"
        script:
            "../workflow/scripts/figures.py"


rule figures_predictions:
    input:
        predictions=lambda wildcards: of_runs(
            "evaluate/{model}/{fold}/{seed}/predictions.tsv", [wildcards.model]
        ),
        cells=examples_table(),
    output:
        png=report(
            made("figures/{model}/predictions.png"),
            caption="../workflow/report/predictions.rst",
            category="Models",
            labels={"figure": "predicted and measured", "model": "{model}"},
        ),
        svg=made("figures/{model}/predictions.svg"),
        pdf=made("figures/{model}/predictions.pdf"),
    log:
        logged("figures/{model}/predictions.log"),
    benchmark:
        logged("figures/{model}/predictions.tsv")
    group:
        group_of("figures")
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(2000),
        runtime=growing(30),
    params:
        code=code("figures_predictions"),
        words=WORDS,
        task=TASK,
        factors=FACTORS,
        bootstrap=STUDY.evaluate.bootstrap,
        seed=STUDY.seed,
        target=TARGET,
        label=STUDY.label,
    message:
        "Draw what {wildcards.model} predicts against what was measured"
    script:
        "../workflow/scripts/figures_predictions.py"


rule figures_embedding:
    input:
        layout=of_embedded("layout.tsv"),
        scores=of_embedded("neighbours.tsv"),
    output:
        png=report(
            made("figures/{model}/embedding.png"),
            caption="../workflow/report/embedding.rst",
            category="Models",
            labels={
                "figure": f"{WORDS['examples']} as the network sees them",
                "model": "{model}",
            },
        ),
        svg=made("figures/{model}/embedding.svg"),
        pdf=made("figures/{model}/embedding.pdf"),
    log:
        logged("figures/{model}/embedding.log"),
    benchmark:
        logged("figures/{model}/embedding.tsv")
    group:
        group_of("figures")
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(2000),
        runtime=growing(30),
    params:
        code=code("figures_embedding"),
        words=WORDS,
        trained=lambda wildcards: min(MODELS[wildcards.model].seeds),
        design=FOLDS[EXPLAINED_FOLD].design,
        label=STUDY.label,
        confidence=STUDY.explain.confidence,
    message:
        f"Draw the {WORDS['examples']} as {{wildcards.model}} sees them"
    script:
        "../workflow/scripts/figures_embedding.py"


rule figures_tuning:
    input:
        candidates=made(f"tune/{{model}}/{EXPLAINED_FOLD}/candidates.tsv"),
    output:
        png=report(
            made("figures/{model}/tuning.png"),
            caption="../workflow/report/tuning.rst",
            category="Models",
            labels={"figure": "search", "model": "{model}"},
        ),
        svg=made("figures/{model}/tuning.svg"),
        pdf=made("figures/{model}/tuning.pdf"),
    log:
        logged("figures/{model}/tuning.log"),
    benchmark:
        logged("figures/{model}/tuning.tsv")
    group:
        group_of("figures")
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(2000),
        runtime=growing(30),
    params:
        code=code("figures_tuning"),
        words=WORDS,
        task=TASK,
        label=STUDY.label,
    message:
        "Draw the candidates of {wildcards.model}"
    script:
        "../workflow/scripts/figures_tuning.py"


# Maps of one kind have the same figures.
for kind, map_sets in MAP_SETS_OF_KINDS.items():
    parts = parts_together(maps_figure(each) for each in figures_of_maps(kind))

    rule:
        name:
            f"figures_maps_{kind}"
        input:
            **parts.input,
        output:
            **parts.output,
        log:
            logged("figures/{model}/{method}.log"),
        benchmark:
            logged("figures/{model}/{method}.tsv")
        wildcard_constraints:
            method="|".join(map(re.escape, map_sets)),
        group:
            group_of("figures")
        conda:
            ENVIRONMENT
        resources:
            mem_mb=growing(2000),
            runtime=growing(60),
        params:
            code=code("figures"),
            state=kept("parts"),
            parts=parts.told,
        message:
            "Draw the maps of {wildcards.model} by {wildcards.method}"
        script:
            "../workflow/scripts/figures.py"


# On request, of any aggregate: snakemake results/<study>/figures/<model>/<method>/importance.net.png
rule figures_importance:
    input:
        **TABLES_OF_IMPORTANCE,
        verdict=made("evaluate/{model}/verdict.tsv"),
        randomisation=randomisations,
    output:
        png=made("figures/{model}/{method}/importance.{aggregate}.png"),
        svg=made("figures/{model}/{method}/importance.{aggregate}.svg"),
        pdf=made("figures/{model}/{method}/importance.{aggregate}.pdf"),
    log:
        logged("figures/{model}/{method}/importance.{aggregate}.log"),
    benchmark:
        logged("figures/{model}/{method}/importance.{aggregate}.tsv")
    wildcard_constraints:
        aggregate="[a-z]+",
    group:
        group_of("figures")
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(2000),
        runtime=growing(30),
    params:
        code=code("figures_importance"),
        words=WORDS,
        explained=explained_by,
        told=told_of_maps,
        use=how_use_is_summed_up,
        aggregate=lambda wildcards: wildcards.aggregate,
        inputs=features_seen,
        split=shown_split(),
        task=TASK,
    message:
        "Draw shares of the map of {wildcards.model} by {wildcards.method}, summed as"
        " {wildcards.aggregate}"
    script:
        "../workflow/scripts/figures_importance.py"
