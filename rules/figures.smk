# The study's figures, PNG and SVG; the report shows the PNGs.
# What is drawn of tables alone follows from nascent.figures.table and nascent.explain.checks. Such
# figures have a rule each, for a caption of the report has no wildcards.

for figure in DRAWN_OF_TABLES:

    rule:
        name:
            f"figures_{figure.rule}"
        input:
            [made(table.format(examples=KIND.first_stage)) for table in figure.tables],
        output:
            png=report(
                made(f"figures/{figure.name}.png"),
                caption=f"../workflow/report/{figure.caption}.rst",
                category=figure.category,
                subcategory=figure.subcategory,
                labels=figure.labels,
            ),
            svg=made(f"figures/{figure.name}.svg"),
        log:
            logged(f"figures/{figure.name}.log"),
        benchmark:
            logged(f"figures/{figure.name}.tsv")
        group:
            "figures"
        conda:
            ENVIRONMENT
        resources:
            mem_mb=growing(figure.memory_mb),
            runtime=growing(figure.minutes),
        params:
            **figure_options(figure),
            code=code("figures_tables", source_of(figure)),
            drawing=figure.drawing,
            options=figure.options,
        message:
            f"Draw the figure {figure.name} of {STUDY.study}"
        script:
            "../workflow/scripts/figures_tables.py"


for figure in MAPS_DRAWN_OF_TABLES:

    rule:
        name:
            f"figures_{figure.rule}"
        input:
            tables=tables_of_figure(figure),
            verdict=made("evaluate/{model}/verdict.tsv"),
            randomisation=randomisations,
        output:
            png=report(
                made(f"figures/{{model}}/{{method}}/{figure.name}.png"),
                caption=f"../workflow/report/{figure.caption}.rst",
                category=figure.category,
                subcategory=subcategory_of_maps,
                labels=labelled(figure.label),
            ),
            svg=made(f"figures/{{model}}/{{method}}/{figure.name}.svg"),
        log:
            logged(f"figures/{{model}}/{{method}}/{figure.name}.log"),
        benchmark:
            logged(f"figures/{{model}}/{{method}}/{figure.name}.tsv")
        group:
            "figures"
        conda:
            ENVIRONMENT
        resources:
            mem_mb=growing(figure.memory_mb),
            runtime=growing(figure.minutes),
        params:
            **figure_options(figure),
            code=code("figures_explanation", source_of(figure)),
            explained=explained_by,
            tables=len(figure.tables),
            drawing=figure.drawing,
            options=figure.options,
        message:
            f"Draw the figure {figure.name} of {{wildcards.model}} by {{wildcards.method}}"
        script:
            "../workflow/scripts/figures_explanation.py"


rule figures_crops:
    input:
        cells=examples_table(),
        stores=stores_of_study(),
    output:
        png=report(
            made("figures/crops.png"),
            caption="../workflow/report/crops.rst",
            category="Data",
            labels={"figure": "nuclei and masks"},
        ),
        svg=made("figures/crops.svg"),
    log:
        logged("figures/crops.log"),
    benchmark:
        logged("figures/crops.tsv")
    group:
        "figures"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(2000),
        runtime=growing(30),
    params:
        code=code("figures_crops"),
        target=lambda wildcards: STUDY.crops.target,
        inputs=lambda wildcards: INPUTS,
        top_channels=STUDY.figures.top_channels,
    message:
        f"Draw a few nuclei of {STUDY.study} with their masks"
    script:
        "../workflow/scripts/figures_crops.py"


rule figures_balance:
    input:
        cells=examples_table(),
        splits=made(f"splits/{EXPLAINED_FOLD}/splits.tsv"),
    output:
        png=report(
            made("figures/balance.png"),
            caption="../workflow/report/balance.rst",
            category="Data",
            labels={"figure": "balance of the splits"},
        ),
        svg=made("figures/balance.svg"),
    log:
        logged("figures/balance.log"),
    benchmark:
        logged("figures/balance.tsv")
    group:
        "figures"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(2000),
        runtime=growing(30),
    params:
        code=code("figures_balance"),
        target=lambda wildcards: STUDY.crops.target,
    message:
        f"Draw how balanced the splits of {STUDY.study} are"
    script:
        "../workflow/scripts/figures_balance.py"


rule figures_pixels:
    input:
        histograms=of_wells(f"shards/{EXPLAINED_FOLD}/histograms/{{well}}.h5"),
        channels=made(f"shards/{EXPLAINED_FOLD}/channels.tsv"),
    output:
        png=report(
            made("figures/pixels.png"),
            caption="../workflow/report/pixels.rst",
            category="Data",
            labels={"figure": "pixel distributions"},
        ),
        svg=made("figures/pixels.svg"),
    log:
        logged("figures/pixels.log"),
    benchmark:
        logged("figures/pixels.tsv")
    group:
        "figures"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(2000),
        runtime=growing(30),
    params:
        code=code("figures_pixels"),
        inputs=lambda wildcards: INPUTS,
        normalise=STUDY.shards.normalise.plain(),
    message:
        f"Draw pixel distributions of {STUDY.study} before and after normalisation"
    script:
        "../workflow/scripts/figures_pixels.py"


rule figures_target:
    input:
        cells=examples_table(),
        splits=made(f"splits/{EXPLAINED_FOLD}/splits.tsv"),
    output:
        png=report(
            made("figures/target.png"),
            caption="../workflow/report/target.rst",
            category="Data",
            labels={"figure": "target and groups"},
        ),
        svg=made("figures/target.svg"),
    log:
        logged("figures/target.log"),
    benchmark:
        logged("figures/target.tsv")
    group:
        "figures"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(2000),
        runtime=growing(30),
    params:
        code=code("figures_target"),
        target=lambda wildcards: STUDY.crops.target,
        groups=STUDY.groups_of_cells(),
        classes=TARGET if LEVELS else "",
        label=STUDY.label,
    message:
        f"Draw the target of {STUDY.study} and its groups"
    script:
        "../workflow/scripts/figures_target.py"


rule figures_learning:
    input:
        histories=of_runs("train/{model}/{fold}/{seed}/history.tsv"),
        cards=of_runs("train/{model}/{fold}/{seed}/card.json"),
        floors=made(f"evaluate/floors/{EXPLAINED_FOLD}/metrics.tsv"),
    output:
        png=report(
            made("figures/learning.png"),
            caption="../workflow/report/learning.rst",
            category="Models",
            labels={"figure": "learning curves"},
        ),
        svg=made("figures/learning.svg"),
    log:
        logged("figures/learning.log"),
    benchmark:
        logged("figures/learning.tsv")
    group:
        "figures"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(2000),
        runtime=growing(30),
    params:
        code=code("figures_learning"),
        task=TASK,
        runs=RUNS,
        target=TARGET,
        label=STUDY.label,
    message:
        f"Draw the learning curves of every model of {STUDY.study}"
    script:
        "../workflow/scripts/figures_learning.py"


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
        "figures"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(2000),
        runtime=growing(30),
    params:
        code=code("figures_predictions"),
        task=TASK,
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
        "figures"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(2000),
        runtime=growing(30),
    params:
        code=code("figures_tuning"),
        task=TASK,
        label=STUDY.label,
    message:
        "Draw the candidates of {wildcards.model}"
    script:
        "../workflow/scripts/figures_tuning.py"


rule figures_score_maps:
    input:
        maps=maps_of_lowest_seed,
        shards=shards_explained,
        cells=lambda wildcards: lowest_seed(
            wildcards, "explain/{model}/{seed}/{method}.cells.tsv"
        ),
        verdict=made("evaluate/{model}/verdict.tsv"),
        randomisation=randomisations,
    output:
        png=report(
            made("figures/{model}/{method}/score_maps.png"),
            caption="../workflow/report/score_maps.rst",
            category="Explanations",
            subcategory=subcategory_of_maps,
            labels=labelled("maps of single cells"),
        ),
        svg=made("figures/{model}/{method}/score_maps.svg"),
    log:
        logged("figures/{model}/{method}/score_maps.log"),
    benchmark:
        logged("figures/{model}/{method}/score_maps.tsv")
    group:
        "figures"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(2000),
        runtime=growing(30),
    params:
        code=code("figures_score_maps"),
        explained=explained_by,
        inputs=seen,
        figures=STUDY.figures.plain(),
    message:
        "Draw maps of {wildcards.model} by {wildcards.method} for a cell of each group"
    script:
        "../workflow/scripts/figures_score_maps.py"


rule figures_panels:
    input:
        maps=maps_of_lowest_seed,
        shards=shards_explained,
        cells=lambda wildcards: lowest_seed(
            wildcards, "explain/{model}/{seed}/{method}.cells.tsv"
        ),
        verdict=made("evaluate/{model}/verdict.tsv"),
        randomisation=randomisations,
    output:
        png=report(
            made("figures/{model}/{method}/panels.png"),
            caption="../workflow/report/panels.rst",
            category="Explanations",
            subcategory=subcategory_of_maps,
            labels=labelled("all channels of single cells"),
        ),
        svg=made("figures/{model}/{method}/panels.svg"),
    log:
        logged("figures/{model}/{method}/panels.log"),
    benchmark:
        logged("figures/{model}/{method}/panels.tsv")
    group:
        "figures"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(2000),
        runtime=growing(30),
    params:
        code=code("figures_panels"),
        explained=explained_by,
        inputs=seen,
    message:
        "Draw all channels of a cell of each group with their maps by {wildcards.method} of"
        " {wildcards.model}"
    script:
        "../workflow/scripts/figures_panels.py"


rule figures_importance:
    input:
        importance=lambda wildcards: of_seeds(
            f"explain/{{model}}/{{seed}}/{wildcards.method}.tsv", wildcards.model
        ),
        joint=lambda wildcards: of_seeds(
            f"explain/{{model}}/{{seed}}/{wildcards.method}/joint_importance.tsv",
            wildcards.model,
        ),
        groups=made("explain/channel_groups.tsv"),
        use=lambda wildcards: of_used_runs(
            "explain/{model}/{seed}/use.cells.tsv", [wildcards.model]
        ),
        verdict=made("evaluate/{model}/verdict.tsv"),
        randomisation=randomisations,
    output:
        png=report(
            made("figures/{model}/{method}/importance.png"),
            caption="../workflow/report/importance.rst",
            category="Explanations",
            subcategory=subcategory_of_maps,
            labels=labelled("share of the map by channel"),
        ),
        svg=made("figures/{model}/{method}/importance.svg"),
    log:
        logged("figures/{model}/{method}/importance.log"),
    benchmark:
        logged("figures/{model}/{method}/importance.tsv")
    group:
        "figures"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(2000),
        runtime=growing(30),
    params:
        code=code("figures_importance"),
        explained=explained_by,
        use=how_use_is_summed_up,
        aggregate=STUDY.explain.aggregate,
        inputs=seen,
        split=shown_split(),
    message:
        "Draw shares of the map of {wildcards.model} by {wildcards.method}"
    script:
        "../workflow/scripts/figures_importance.py"


# On request, of any aggregate: snakemake results/<study>/figures/<model>/<method>/importance.net.png
use rule figures_importance as figures_importance_by with:
    output:
        png=made("figures/{model}/{method}/importance.{aggregate}.png"),
        svg=made("figures/{model}/{method}/importance.{aggregate}.svg"),
    log:
        logged("figures/{model}/{method}/importance.{aggregate}.log"),
    benchmark:
        logged("figures/{model}/{method}/importance.{aggregate}.tsv")
    wildcard_constraints:
        aggregate="[a-z]+",
    params:
        code=code("figures_importance"),
        explained=explained_by,
        use=how_use_is_summed_up,
        aggregate=lambda wildcards: wildcards.aggregate,
        inputs=seen,
        split=shown_split(),
    message:
        "Draw shares of the map of {wildcards.model} by {wildcards.method}, summed as"
        " {wildcards.aggregate}"
