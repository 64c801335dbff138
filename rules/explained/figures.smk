# Figures as parts of jobs: what each is drawn of, and its place in the report. Which there are follows
# from nascent.figures.table and nascent.explain.checks.
from nascent.explain.standing import HOLDS, read_standing
from nascent.figure import EXPLANATIONS
from nascent.figures.table import source_of
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


# What makes each map set, for its words.
METHOD_NAMES = {
    name: {"method": each.method} for name, each in STUDY.attribute.methods.items()
}

# Figures that need more than tables: name → what the script `figures_<name>` reads and is told.
DRAWN_OF_MORE = {}


def told_of_maps(wildcards):
    """What stands below a figure of maps, beside the names of the model and the map set."""
    return {
        "methods": METHOD_NAMES,
        "design": FOLDS[EXPLAINED_FOLD].design,
        "confidence": STUDY.explain.confidence,
    }


def study_figure(figure):
    """The part of a job that draws a figure of the study."""
    place = figure_files(
        figure.name,
        figure.caption,
        category=figure.category,
        subcategory=in_words(figure.subcategory) if figure.subcategory else None,
        labels=labels_of(figure),
    )
    if not figure.tables:
        return Part(
            script=f"figures_{figure.name}",
            output=place,
            **DRAWN_OF_MORE[figure.name],
        )
    tables = [made(table.format(examples=KIND.first_stage)) for table in figure.tables]
    return Part(
        script="figures_tables",
        name=f"figures_{figure.rule}",
        code=code("figures_tables", source_of(figure)),
        input={"tables": tables},
        output=place,
        params=drawing_of(figure),
    )


def maps_figure(figure):
    """The part of a job that draws a figure of a model and method, with what checks say of them."""
    place = figure_files(
        f"{{model}}/{{method}}/{figure.name}",
        figure.caption,
        category=figure.category,
        subcategory=subcategory_of_maps,
        labels=labelled(in_words(figure.label)),
    )
    judged = {
        "verdict": made("evaluate/{model}/verdict.tsv"),
        "randomisation": randomisations,
    }
    if not figure.tables:
        more = DRAWN_OF_MORE[figure.name]
        return Part(
            script=f"figures_{figure.name}",
            input=more["input"] | judged,
            output=place,
            params=more["params"] | {"explained": explained_by, "told": told_of_maps},
        )
    return Part(
        script="figures_explanation",
        name=f"figures_{figure.rule}",
        code=code("figures_explanation", source_of(figure)),
        input={"tables": tables_of_figure(figure)} | judged,
        output=place,
        params=drawing_of(figure)
        | {
            "tables": len(figure.tables),
            "explained": explained_by,
            "told": told_of_maps,
            "intervals": figure.intervals,
        },
    )


def figure_files(name, caption, **shown):
    """The files of a figure; the report shows one of them."""
    return {
        "png": report(
            made(f"figures/{name}.png"),
            caption=f"../workflow/report/{caption}.rst",
            **shown,
        ),
        "svg": made(f"figures/{name}.svg"),
        "pdf": made(f"figures/{name}.pdf"),
    }


def drawing_of(figure):
    """How a figure is drawn of tables: by which function, and with which options."""
    return figure_options(figure) | {
        "drawing": figure.drawing,
        "options": figure.options,
    }


def figures_of_explanations(models=None):
    """The figures of the attribution maps."""
    return figures(
        *dict.fromkeys(
            f"{model}/{method}/{name}"
            for model, _, method in EXPLAINED
            if models is None or model in models
            for name in (each.name for each in figures_of_maps(kind_of_maps(method)))
        )
    )


def figures_of_maps(kind):
    """The figures that a model and method have whose maps are of this kind."""
    return [figure for figure in FIGURES_OF_CHECKS if kind in figure.maps]


def figures_of_checks():
    """The figures of the checks, of the whole study."""
    return figures(*(each.name for each in STUDY_FIGURES if each not in FIGURES))


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
        "factor": lambda wildcards: FACTORS[-1] if FACTORS else "",
        "channels": lambda wildcards: INPUTS,
        "references": lambda wildcards: dict(KIND.references),
        "methods": lambda wildcards: METHOD_NAMES,
        "pixel_size": lambda wildcards: STUDY.pixel_size,
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
