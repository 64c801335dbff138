# Figures of explanations and checks: which there are, what each is drawn of, and its place in the report.
from nascent.explain.standing import HOLDS, read_standing
from nascent.figures.table import EXPLANATIONS, source_of
from nascent.report.standing import SUBCATEGORIES
from nascent.words import speaking


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
    with speaking(WORDS):
        return read_standing(
            input.verdict, input.randomisation, **explained_by(wildcards)
        )


def parts_of_figure(figure):
    """The parts of the job that draws a figure of the study."""
    return {"Data": FIGURES_OF_DATA, "Models": FIGURES_OF_MODELS}.get(
        figure.category, FIGURES_OF_STUDY_CHECKS
    )


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
        "size": lambda wildcards: STUDY.places[0],
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
