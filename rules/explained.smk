# What is explained, by which methods, and where its maps, checks and figures lie.
from dataclasses import asdict

from nascent.attribute.method import file_of_method
from nascent.attribute.options import axes_of, needs_training_cells
from nascent.config.retraining import retrainings
from nascent.explain.checks import checks_of
from nascent.explain.standing import HOLDS, read_standing
from nascent.figures.table import EXPLANATIONS, FIGURES, source_of
from nascent.report.standing import SUBCATEGORIES
from nascent.shards.removal import RANDOM

# Of classes, the one whose logit is explained, and what maps explain in words.
READ_OUT = STUDY.attribute.read_out or LEVELS[-1] if LEVELS else None
EXPLAINED_LABEL = f"logit of {READ_OUT}" if LEVELS else STUDY.label

# The fold whose models are explained.
EXPLAINED_FOLD = next(iter(FOLDS))

# Model, seed and map set: a method's name, and `<method>.<column>` for further targets of a model.
EXPLAINED = [
    (model, seed, name)
    for method in STUDY.attribute.methods
    for model in STUDY.models_explained_by(method)
    for seed in MODELS[model].seeds
    for name in (
        method,
        *(f"{method}.{column}" for column in MODELS[model].also_predict),
    )
]

MAP_SETS = list(dict.fromkeys(name for *_, name in EXPLAINED))

# Of each model the seed whose single cells are shown.
EXPLORED = [
    (model, seed, name)
    for model, seed, name in EXPLAINED
    if seed == min(MODELS[model].seeds)
]

# Models and seeds that are explained, by whatever method.
EXPLAINED_RUNS = list(dict.fromkeys((model, seed) for model, seed, _ in EXPLAINED))

# Of a simulated plate, what is held against the truth in the figure: of further targets none was
# planted.
HELD_AGAINST_TRUTH = [
    (model, seed, name) for model, seed, name in EXPLORED if "." not in name
]

# What is checked and read out: one table, from which rules, pages and figures follow.
CHECKS = checks_of(STUDY.plain())

# Checks whose tables tell something of single cells: explain/…/<check>.cells.tsv.
CHECKS_OF_CELLS = [name for name, check in CHECKS.items() if check.cells]

# Checks of which each explanation has a table, and those of all explanations together.
JOINED_CHECKS = [name for name, check in CHECKS.items() if check.each]

# Checks that are made: of a study that explains nothing, those that need no maps.
MADE_CHECKS = [check for check in CHECKS.values() if check.always or EXPLAINED]

FIGURES_OF_CHECKS = [figure for check in CHECKS.values() for figure in check.figures]

# Figures of the study that are drawn of tables alone.
DRAWN_OF_TABLES = [
    figure
    for figure in (
        *FIGURES,
        *(figure for check in MADE_CHECKS for figure in check.figures),
    )
    if figure.tables and not figure.maps
]

# Models and seeds that are asked what they use of each channel.
USED_RUNS = [
    (model, seed) for model in STUDY.used_models() for seed in MODELS[model].seeds
]


wildcard_constraints:
    method="|".join(map(re.escape, MAP_SETS)) or "-",
    order="|".join(map(re.escape, [RANDOM, *STUDY.attribute.methods])),
    fraction=r"[\d.e-]+",


# Folds of the design whose models are explained.
EXPLAINED_DESIGN = [
    fold for fold in FOLDS if FOLDS[fold].design == FOLDS[EXPLAINED_FOLD].design
]


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


def explained_by(wildcards):
    """Which explanation a map set is: model, method, and the column that it explains."""
    return explanation(wildcards.model, wildcards.method)


def explanation(model, map_set):
    """Model, method and explained column of a map set."""
    _, _, column = map_set.partition(".")
    return {"model": model, "method": map_set, "target": column or TARGET}


def explained_columns():
    """Model, method and explained column of every map set, each once."""
    return [
        explanation(model, name)
        for model, name in dict.fromkeys((model, name) for model, _, name in EXPLAINED)
    ]


def randomisations(wildcards):
    """The tables of randomised weights of a model and method, one a seed."""
    return of_seeds(
        f"explain/{{model}}/{{seed}}/{wildcards.method}/randomisation.tsv",
        wildcards.model,
    )


def subcategory_of_maps(wildcards, input):
    """The part of the report that a figure of maps belongs to, by what checks say of them."""
    return SUBCATEGORIES[standing_of(wildcards, input).verdict]


def labelled(figure):
    """The labels of a figure of maps in the report; the last says what checks found against them."""
    return lambda wildcards, input: {
        "figure": figure,
        "model": wildcards.model,
        "method": wildcards.method,
        "checks": standing_of(wildcards, input).sentence or HOLDS,
    }


def standing_of(wildcards, input):
    """What checks say of the maps that a figure shows."""
    return read_standing(input.verdict, input.randomisation, **explained_by(wildcards))


def standings_of_study(*_):
    """The table of what checks say of all explanations, where there are any."""
    return [made("explain/standing.tsv")] if EXPLAINED else []


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


def test_cells(wildcards):
    """The test shards of the fold that is explained."""
    return [
        made(f"shards/{EXPLAINED_FOLD}/{name}.h5")
        for name in shards_of("test", EXPLAINED_FOLD)
    ]


def cells_held_against_truth():
    """What the first explanation found of the truth in each cell: it tells which cell is typical."""
    return [
        made(f"explain/{model}/{seed}/{name}/truth.cells.tsv")
        for model, seed, name in HELD_AGAINST_TRUTH[:1]
    ]


def maps_held_against_truth(wildcards):
    """The maps of the shown split that are held against the truth, explanation by explanation."""
    return [
        made(f"attribute/{model}/{seed}/{name}/{shard}.h5")
        for model, seed, name in HELD_AGAINST_TRUTH
        for shard in shards_of(shown_split(), EXPLAINED_FOLD)
    ]


def method_of_maps(wildcards):
    """The configured method of a map set."""
    return STUDY.attribute.methods[wildcards.method.partition(".")[0]]


def code_of_method(script):
    """Digest of a rule's script and of the method that made its maps: of no other method."""
    return lambda wildcards: code(
        script, file_of_method(method_of_maps(wildcards).method)
    )


def parts_of_figure(figure):
    """The parts of the job that draws a figure of the study."""
    return {"Data": FIGURES_OF_DATA, "Models": FIGURES_OF_MODELS}.get(
        figure.category, FIGURES_OF_STUDY_CHECKS
    )


def kind_of_maps(map_set):
    """Whether the maps of a set are of pixels and channels, of places, or of channels."""
    method = STUDY.attribute.methods[map_set.partition(".")[0]]
    return axes_of(method.method, method.options())


def target_of_maps(wildcards):
    """The column of the model's outputs that a map set explains."""
    if LEVELS:
        return LEVELS.index(READ_OUT)
    _, _, column = wildcards.method.partition(".")
    return targets(wildcards).index(column) if column else 0


def training_cells(wildcards):
    """The training shards of the fold that is explained."""
    return [
        made(f"shards/{EXPLAINED_FOLD}/{name}.h5")
        for name in shards_of("train", EXPLAINED_FOLD)
    ]


def training_cells_of_method(wildcards):
    """The training shards, for the methods that compare with training cells."""
    method = method_of_maps(wildcards)
    if not needs_training_cells(method.method, method.options()):
        return []
    return training_cells(wildcards)


def of_explored(pattern):
    """One path a model and method whose single cells are shown."""
    return [
        made(pattern.format(model=model, seed=seed, method=name))
        for model, seed, name in EXPLORED
    ]


def maps_explored(wildcards):
    """The maps whose single cells are shown, one file a shard, explanation by explanation."""
    return [
        made(f"attribute/{model}/{seed}/{name}/{shard}.h5")
        for model, seed, name in EXPLORED
        for split in STUDY.attribute.splits
        for shard in shards_of(split, EXPLAINED_FOLD)
    ]


def tables_of_cells():
    """Check → what it says of the single cells of a map set."""
    return {
        check: made(f"explain/{{model}}/{{seed}}/{{method}}/{check}.cells.tsv")
        for check in CHECKS_OF_CELLS
    }


def options_of_learning_by_heart(wildcards):
    """The options of a model trained on targets of other cells: validation can tell it nothing."""
    changed = {"monitor": "loss", "retries": 0}
    return [options | changed for options in options_of_training(wildcards)]


def chosen_of_explained(wildcards):
    """The choice among a model's candidates in the fold that is explained."""
    table = made(f"tune/{wildcards.model}/{EXPLAINED_FOLD}/candidates.tsv")
    return table if CANDIDATES[wildcards.model] else []


def model_of_order(wildcards):
    """The model whose maps give an order of removal; the random one has none."""
    path = made(
        f"train/{wildcards.model}/{EXPLAINED_FOLD}/{wildcards.seed}/model.keras"
    )
    return [] if wildcards.order == RANDOM else path


def maps_of_order(wildcards):
    """The maps of all cells that give an order of removal; the random one has none."""
    if wildcards.order == RANDOM:
        return []
    return [
        made(
            f"attribute/{wildcards.model}/{wildcards.seed}/{wildcards.order}/{name}.h5"
        )
        for split in SPLITS
        for name in shards_of(split, EXPLAINED_FOLD)
    ]


def of_retrainings(pattern):
    """One path a model, seed, order and fraction that is trained anew, each once."""
    return list(
        dict.fromkeys(made(pattern.format(**asdict(one))) for one in retrainings(STUDY))
    )


def lowest_seed(wildcards, pattern):
    """A path of the lowest seed of a model: the one whose single cells are shown."""
    seed = min(MODELS[wildcards.model].seeds)
    return made(
        pattern.format(model=wildcards.model, seed=seed, method=wildcards.method)
    )


def cells_of_lowest_seed(wildcards):
    """The shares of channels in single cells of the lowest seed of a model."""
    return lowest_seed(wildcards, "explain/{model}/{seed}/{method}.cells.tsv")


def shards_explained(wildcards):
    """The shards of the splits that are explained."""
    return [
        made(f"shards/{EXPLAINED_FOLD}/{name}.h5")
        for split in STUDY.attribute.splits
        for name in shards_of(split, EXPLAINED_FOLD)
    ]


def maps_of_lowest_seed(wildcards):
    """The maps of the lowest seed of a model, one file a shard."""
    return [
        lowest_seed(wildcards, f"attribute/{{model}}/{{seed}}/{{method}}/{name}.h5")
        for split in STUDY.attribute.splits
        for name in shards_of(split, EXPLAINED_FOLD)
    ]


def maps_explained(wildcards):
    """The maps of all cells that are explained, one file a shard."""
    return [
        made(
            f"attribute/{wildcards.model}/{wildcards.seed}/{wildcards.method}/{name}.h5"
        )
        for split in STUDY.attribute.splits
        for name in shards_of(split, EXPLAINED_FOLD)
    ]


def maps_shown(wildcards):
    """The maps of the split whose read-outs are drawn, one file a shard."""
    return [
        made(
            f"attribute/{wildcards.model}/{wildcards.seed}/{wildcards.method}/{name}.h5"
        )
        for name in shards_of(shown_split(), EXPLAINED_FOLD)
    ]


def shards_shown(wildcards):
    """The shards of the split whose read-outs are drawn."""
    return [
        made(f"shards/{EXPLAINED_FOLD}/{name}.h5")
        for name in shards_of(shown_split(), EXPLAINED_FOLD)
    ]


def maps_of_all_explanations(wildcards):
    """The maps of the shown split of every model, seed and method; explanation by explanation."""
    return [
        made(f"attribute/{model}/{seed}/{method}/{name}.h5")
        for model, seed, method in EXPLAINED
        for name in shards_of(shown_split(), EXPLAINED_FOLD)
    ]


def maps_of_permuted_targets(wildcards):
    """The maps of a model's lowest seed trained on permuted targets, where the config asks for it."""
    asked = STUDY.explain.randomised_targets
    if not asked or int(wildcards.seed) != min(MODELS[wildcards.model].seeds):
        return []
    return [
        made(
            f"randomised/{wildcards.model}/{wildcards.seed}/{wildcards.method}/{name}.h5"
        )
        for name in shards_of(shown_split(), EXPLAINED_FOLD)
    ]


def memory_of_agreement(wildcards, attempt):
    """Memory of comparing all maps, MB: of each those of two cells and their ranks."""
    one_map = 4 * STUDY.crops.size**2 * len(INPUTS) / 1e6
    return int(attempt * (1500 + 12 * one_map * len(EXPLAINED)))


def how_to_compare():
    """The options of the similarities but for what is drawn of them."""
    options = STUDY.explain.similarity.plain()
    return {key: value for key, value in options.items() if key != "shown"}


def shown_split():
    """The explained split whose channel importance is drawn: test cells, where they are."""
    return "test" if "test" in STUDY.attribute.splits else STUDY.attribute.splits[-1]


def figures_of_explanations(models=None):
    """The figures of the attribution maps."""
    return figures(
        *dict.fromkeys(
            f"{model}/{method}/{name}"
            for model, _, method in EXPLAINED
            if models is None or model in models
            for name in figures_of_maps(kind_of_maps(method))
        )
    )


def figures_of_maps(kind):
    """Names of the figures that a model and method have whose maps are of this kind."""
    return [figure.name for figure in FIGURES_OF_CHECKS if kind in figure.maps]


def tables_of_checks():
    """The tables of the checks, of the whole study."""
    return [made(f"explain/{check.name}.tsv") for check in MADE_CHECKS]


def figures_of_checks():
    """The figures of the checks, of the whole study."""
    return figures(
        *(
            figure.name
            for check in MADE_CHECKS
            for figure in check.figures
            if not figure.maps
        )
    )


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


def figure_options(figure):
    """What the drawing of a figure is told beside its tables, by name."""
    known = {
        "target": lambda wildcards: TARGET,
        "label": lambda wildcards: (
            EXPLAINED_LABEL if figure.category == EXPLANATIONS else STUDY.label
        ),
        "task": lambda wildcards: TASK,
        "confidence": lambda wildcards: STUDY.explain.confidence,
        "split": lambda wildcards: shown_split(),
        "design": lambda wildcards: FOLDS[EXPLAINED_FOLD].design,
        "shown": lambda wildcards: STUDY.explain.similarity.shown,
        "size": lambda wildcards: STUDY.crops.size,
        "channels": lambda wildcards: INPUTS,
        "bound": lambda wildcards: STUDY.explain.duplicates,
    }
    return {name: known[name] for name in figure.options}


def tables_of_figure(figure):
    """The tables that a figure of a model and method is drawn of, one after the other."""

    def tables(wildcards):
        seeds = MODELS[wildcards.model].seeds
        return [
            made(
                pattern.format(
                    model=wildcards.model, seed=seed, method=wildcards.method
                )
            )
            for pattern in figure.tables
            for seed in (seeds if figure.every_seed else [min(seeds)])
        ]

    return tables


# Kind of maps → the map sets of this kind.
MAP_SETS_OF_KINDS = {
    kind: [name for name in MAP_SETS if kind_of_maps(name) == kind]
    for kind in dict.fromkeys(map(kind_of_maps, MAP_SETS))
}

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
