# Which models are explained, by which methods, and which checks are made.
from nascent.explain.checks import checks_of
from nascent.plain_words import explanation_words
from nascent.shards.removal import RANDOM
from nascent.words import speaking

# Of classes, the one whose logit is explained, and what maps explain in words.
READ_OUT = None
if LEVELS:
    READ_OUT = STUDY.attribute.read_out or task_of(TASK).usual_read_out(LEVELS)
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

FIGURES_OF_CHECKS = [
    figure
    for check in CHECKS.values()
    for figure in check.figures
    if IMAGES or not figure.of_images
]

# Figures of the whole study.
STUDY_FIGURES = [
    *FIGURES,
    *(
        figure
        for check in MADE_CHECKS
        for figure in check.figures
        if not figure.maps and (IMAGES or not figure.of_images)
    ),
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


def explained_by(wildcards):
    """Which explanation a map set is: model, method, and the column that it explains."""
    return explanation(wildcards.model, wildcards.method)


def explanation(model, map_set):
    """Model, method and explained column of a map set, and what sentences call them."""
    _, _, column = map_set.partition(".")
    methods = {name: one.plain() for name, one in STUDY.attribute.methods.items()}
    with speaking(WORDS):
        called = REFERENCES | {map_set: explanation_words(map_set, methods)}
    return {
        "model": model,
        "method": map_set,
        "target": column or TARGET,
        "called": called,
    }


def explained_columns():
    """Model, method and explained column of every map set, each once."""
    return [
        explanation(model, name)
        for model, name in dict.fromkeys((model, name) for model, _, name in EXPLAINED)
    ]


# The networks that are embedded: of each the lowest seed, in the fold that is explained.
EMBEDDED = STUDY.embedded_models()


def of_embedded(name):
    """A file of the embedding of a model; its lowest seed and the explained fold stand for it."""
    return lambda wildcards: made(
        f"embed/{wildcards.model}/{EXPLAINED_FOLD}/{min(MODELS[wildcards.model].seeds)}/{name}"
    )
