# The study's figures, PNG and SVG; the report shows the PNGs.
# One job draws those of the data, one those of the models, one those of the checks, and one those of
# each model and method. What is drawn of tables alone follows from nascent.figures.table and
# nascent.explain.checks.
if "crops" in KIND.figures:
    FIGURES_OF_DATA.add(
        study_figure(
            "crops",
            "Data",
            {"figure": in_words("{examples} and masks")},
            input={"cells": examples_table(), "stores": stores_of_study()},
            params={
                "target": IMAGED,
                "inputs": CHANNELS,
                "top_channels": STUDY.figures.top_channels,
            },
        )
    )
FIGURES_OF_DATA.add(
    study_figure(
        "balance",
        "Data",
        {"figure": "balance of the splits"},
        input={
            "cells": examples_table(),
            "splits": made(f"splits/{EXPLAINED_FOLD}/splits.tsv"),
        },
        params={"label": MEASURED, "factors": FACTORS},
    )
)
if "pixels" in KIND.figures:
    FIGURES_OF_DATA.add(
        study_figure(
            "pixels",
            "Data",
            {"figure": in_words("{place} distributions")},
            input={
                "histograms": of_parts(
                    f"shards/{EXPLAINED_FOLD}/histograms/{{part}}.h5"
                ),
                "channels": made(f"shards/{EXPLAINED_FOLD}/channels.tsv"),
            },
            params={"inputs": CHANNELS, "normalise": STUDY.shards.normalise.plain()},
        )
    )
FIGURES_OF_DATA.add(
    study_figure(
        "target",
        "Data",
        {"figure": "target and strata"},
        input={
            "cells": examples_table(),
            "splits": made(f"splits/{EXPLAINED_FOLD}/splits.tsv"),
        },
        params={
            "strata": STUDY.strata_of_cells(),
            "classes": TARGET if LEVELS else "",
            "label": STUDY.label if LEVELS else MEASURED,
        },
    )
)
FIGURES_OF_MODELS.add(
    study_figure(
        "learning",
        "Models",
        {"figure": "learning curves"},
        input={
            "histories": of_runs("train/{model}/{fold}/{seed}/history.tsv"),
            "cards": of_runs("train/{model}/{fold}/{seed}/card.json"),
            "floors": made(f"evaluate/floors/{EXPLAINED_FOLD}/metrics.tsv"),
        },
        params={
            "task": TASK,
            "runs": RUNS,
            "target": TARGET,
            "label": STUDY.label,
        },
    )
)
for figure in DRAWN_OF_TABLES:
    parts_of_figure(figure).add(study_figure_of_tables(figure))


rule figures_data:
    input:
        **FIGURES_OF_DATA.input,
    output:
        **FIGURES_OF_DATA.output,
    log:
        logged("figures/data.log"),
    benchmark:
        logged("figures/data.tsv")
    group:
        group_of("figures")
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(2000),
        runtime=growing(60),
    params:
        code=code("figures_data"),
        state=kept("parts"),
        parts=FIGURES_OF_DATA.told,
        # What captions say.
        measured=MEASURED,
        strata=STUDY.strata_of_cells(),
        size=STUDY.places[0],
        label=STUDY.label,
    message:
        f"Draw the data of {STUDY.study}"
    script:
        "../workflow/scripts/figures_data.py"


rule figures_models:
    input:
        **FIGURES_OF_MODELS.input,
    output:
        **FIGURES_OF_MODELS.output,
    log:
        logged("figures/models.log"),
    benchmark:
        logged("figures/models.tsv")
    group:
        group_of("figures")
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(2000),
        runtime=growing(60),
    params:
        code=code("figures_models"),
        state=kept("parts"),
        parts=FIGURES_OF_MODELS.told,
        label=STUDY.label,
    message:
        f"Draw how the models of {STUDY.study} learn and predict"
    script:
        "../workflow/scripts/figures_models.py"


rule figures_checks:
    input:
        **FIGURES_OF_STUDY_CHECKS.input,
    output:
        **FIGURES_OF_STUDY_CHECKS.output,
    log:
        logged("figures/checks.log"),
    benchmark:
        logged("figures/checks.tsv")
    group:
        group_of("figures")
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(2000),
        runtime=growing(60),
    params:
        code=code("figures_checks"),
        state=kept("parts"),
        parts=FIGURES_OF_STUDY_CHECKS.told,
        confidence=STUDY.explain.confidence,
    message:
        f"Draw the checks of all explanations of {STUDY.study}"
    script:
        "../workflow/scripts/figures_checks.py"


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


SINGLE_CELLS = {
    "maps": maps_of_lowest_seed,
    "shards": shards_explained,
    "cells": cells_of_lowest_seed,
}
DRAWN_OF_MORE_THAN_TABLES = {
    "score_maps": maps_figure(
        "score_maps",
        in_words("maps of single {examples}"),
        input=SINGLE_CELLS,
        params={"inputs": seen, "figures": STUDY.figures.plain()},
    ),
    "panels": maps_figure(
        "panels",
        in_words("all {features} of single {examples}"),
        input=SINGLE_CELLS,
        params={"inputs": seen},
    ),
    "importance": maps_figure(
        "importance",
        in_words("share of the map by {feature}"),
        input=TABLES_OF_IMPORTANCE,
        params={
            "use": how_use_is_summed_up,
            "aggregate": STUDY.explain.aggregate,
            "inputs": features_seen,
            "split": shown_split(),
            "task": TASK,
        },
    ),
}

# Maps of one kind have the same figures.
FIGURES_OF_KINDS = {kind: Parts() for kind in MAP_SETS_OF_KINDS}
for kind, parts in FIGURES_OF_KINDS.items():
    for figure in FIGURES_OF_CHECKS:
        if kind in figure.maps:
            parts.add(
                DRAWN_OF_MORE_THAN_TABLES.get(figure.name)
                or maps_figure_of_tables(figure)
            )

for kind, parts in FIGURES_OF_KINDS.items():

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
            method="|".join(map(re.escape, MAP_SETS_OF_KINDS[kind])),
        group:
            group_of("figures")
        conda:
            ENVIRONMENT
        resources:
            mem_mb=growing(2000),
            runtime=growing(60),
        params:
            code=code("figures_maps"),
            state=kept("parts"),
            parts=parts.told,
        message:
            "Draw the maps of {wildcards.model} by {wildcards.method}"
        script:
            "../workflow/scripts/figures_maps.py"


# On request, of any aggregate: snakemake results/<study>/figures/<model>/<method>/importance.net.png
rule figures_importance:
    input:
        **TABLES_OF_IMPORTANCE,
        verdict=made("evaluate/{model}/verdict.tsv"),
        randomisation=randomisations,
    output:
        png=made("figures/{model}/{method}/importance.{aggregate}.png"),
        svg=made("figures/{model}/{method}/importance.{aggregate}.svg"),
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
