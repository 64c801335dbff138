# Where the tables of explanations lie.


def predictions_held_against_floors(wildcards):
    """Predictions of the floors and of a model, of all folds of the design that is explained."""
    floors = [
        made(f"evaluate/floors/{fold}/predictions.tsv") for fold in EXPLAINED_DESIGN
    ]
    return floors + [
        made(f"evaluate/{wildcards.model}/{fold}/{seed}/predictions.tsv")
        for fold in EXPLAINED_DESIGN
        for seed in MODELS[wildcards.model].seeds
    ]


def randomisations(wildcards):
    """The tables of randomised weights of a model and method, one a seed."""
    return of_seeds(
        f"explain/{{model}}/{{seed}}/{wildcards.method}/randomisation.tsv",
        wildcards.model,
    )


def standings_of_study(*_):
    """The table of what checks say of all explanations, where there are any."""
    return [made("explain/standing.tsv")] if EXPLAINED else []


def verdicts_of_explained():
    """How well each model that is explained predicts."""
    models = dict.fromkeys(model for model, *_ in EXPLAINED)
    return [made(f"evaluate/{model}/verdict.tsv") for model in models]


def of_explanations(pattern):
    """One path a model, seed and method that is explained."""
    return [
        made(pattern.format(model=model, seed=seed, method=method))
        for model, seed, method in EXPLAINED
    ]


def of_explained_runs(pattern):
    """One path a model and seed that is explained."""
    return [
        made(pattern.format(model=model, seed=seed)) for model, seed in EXPLAINED_RUNS
    ]


def of_used_runs(pattern, models=None):
    """One path a model and seed that is asked what it uses of each channel."""
    return [
        made(pattern.format(model=model, seed=seed))
        for model, seed in USED_RUNS
        if models is None or model in models
    ]


def how_use_is_summed_up(wildcards):
    """How the use of a model's seeds is summed up, as in the table of all models."""
    return {
        "seeds": [seed for model, seed in USED_RUNS if model == wildcards.model],
        "confidence": STUDY.explain.confidence,
        "draws": STUDY.explain.bootstrap,
        "seed": STUDY.seed,
    }


def cells_of_use(wildcards):
    """What the test cells say of the use of each channel by a model; none where it is not asked."""
    pattern = f"explain/{{model}}/{wildcards.seed}/use.cells.tsv"
    known = of_used_runs("explain/{model}/{seed}/use.cells.tsv", [wildcards.model])
    return [
        path for path in known if path == made(pattern.format(model=wildcards.model))
    ]


def cells_held_against_truth():
    """What the first explanation found of the truth in each cell: it tells which cell is typical."""
    return [
        made(f"explain/{model}/{seed}/{name}/truth.cells.tsv")
        for model, seed, name in HELD_AGAINST_TRUTH[:1]
    ]


def of_explored(pattern):
    """One path a model and method whose single cells are shown."""
    return [
        made(pattern.format(model=model, seed=seed, method=name))
        for model, seed, name in EXPLORED
    ]


def tables_of_cells():
    """Check → what it says of the single cells of a map set."""
    return {
        check: made(f"explain/{{model}}/{{seed}}/{{method}}/{check}.cells.tsv")
        for check in CHECKS_OF_CELLS
    }


def cells_of_lowest_seed(wildcards):
    """The shares of channels in single cells of the lowest seed of a model."""
    return lowest_seed(wildcards, "explain/{model}/{seed}/{method}.cells.tsv")


def how_to_compare():
    """The options of the similarities but for what is drawn of them."""
    options = STUDY.explain.similarity.plain()
    return {key: value for key, value in options.items() if key != "shown"}


def tables_of_checks():
    """The tables of the checks, of the whole study."""
    return [made(f"explain/{check.name}.tsv") for check in MADE_CHECKS]


def tables_of_explanations(model):
    """What is read out of the maps of one model, and their checks."""
    each = [
        path
        for explained, seed, name in EXPLAINED
        if explained == model
        for path in (
            made(f"explain/{model}/{seed}/{name}.h5ad"),
            *(
                made(f"explain/{model}/{seed}/{name}/{check}.tsv")
                for check in JOINED_CHECKS
            ),
        )
    ]
    features = [
        made(f"explain/{model}/{seed}/features.tsv")
        for explained, seed in EXPLAINED_RUNS
        if explained == model
    ]
    return [*each, *features]


# What the shares of channels of a model and method are drawn of.
TABLES_OF_IMPORTANCE = {
    "importance": lambda wildcards: of_seeds(
        f"explain/{{model}}/{{seed}}/{wildcards.method}.tsv", wildcards.model
    ),
    "joint": lambda wildcards: of_seeds(
        f"explain/{{model}}/{{seed}}/{wildcards.method}/joint_importance.tsv",
        wildcards.model,
    ),
    "groups": made("explain/channel_groups.tsv"),
    "use": lambda wildcards: of_used_runs(
        "explain/{model}/{seed}/use.cells.tsv", [wildcards.model]
    ),
}
