# Where the files of a study lie.


def made(path):
    """The place of an artefact of this study."""
    return f"results/{STUDY.study}/{path}"


def examples_table():
    """The table of all examples, which the first stage of the study's kind makes."""
    return made(f"{KIND.first_stage}/cells.tsv")


def quality_table():
    """The table of what quality control removed."""
    return made(f"{KIND.first_stage}/quality.tsv")


def store_of(part):
    """The store of the examples of one part of the raw data."""
    return made(f"{KIND.first_stage}/{part}.h5")


def stores_of_study():
    """The stores of all parts of the raw data."""
    return [store_of(part) for part in PARTS.index]


def background_table():
    """A table of background counts; the rules of a kind that has such tables say it anew."""
    return []


def options_of_background():
    """How such a table is read, by the module `background` of the kind."""
    return {}


def channels_table(fold):
    """The statistics of the channels of images, by the training examples of a fold."""
    return made(f"shards/{fold}/channels.tsv") if IMAGES else []


def truths_of_parts():
    """What is planted in each part of simulated raw data."""
    return of_parts("simulate/truth/{part}.h5")


def given(path):
    """A file of the user's own: read where it is, whatever storage the results lie in."""
    stored = workflow.storage_settings.default_storage_provider is not None
    return storage.fs(str(path)) if stored else str(path)


def logged(path):
    """The place of a job's log (`.log`) or benchmark (`.tsv`), never in a storage."""
    return local(f"logs/{STUDY.study}/{path}")


def kept(path):
    """The place of state that outlives a killed job; Snakemake must not know it."""
    return f"results/{STUDY.study}/.state/{path}"


def of_parts(pattern):
    """One path a part of the raw data."""
    return [made(pattern.format(part=part)) for part in PARTS.index]


def of_runs(pattern, models=None):
    """One path a model, fold and seed."""
    return [
        made(pattern.format(model=model, fold=fold, seed=seed))
        for model, fold, seed in RUNS
        if models is None or model in models
    ]


def of_seeds(pattern, model):
    """One path a seed of a model."""
    return [
        made(pattern.format(model=model, seed=seed)) for seed in MODELS[model].seeds
    ]


def of_folds(pattern):
    """One path a fold."""
    return [made(pattern.format(fold=fold)) for fold in FOLDS]


def of_candidates(pattern):
    """One path a candidate of a model's search."""
    return lambda wildcards: [
        made(pattern.format(candidate=candidate, **wildcards))
        for candidate in CANDIDATES[wildcards.model]
    ]


def figures(*names):
    """The figures of these names, PNG, SVG and PDF."""
    return [
        made(f"figures/{name}.{kind}")
        for name in names
        for kind in ("png", "svg", "pdf")
    ]


def figures_in(category):
    """The figures of the whole study in a category of the report."""
    return [figure for figure in STUDY_FIGURES if figure.category == category]


def figures_of_data():
    """The figures that need no model."""
    return figures(*(figure.name for figure in figures_in("Data")))


def figures_of_models():
    """The figures of training and evaluation."""
    names = [figure.name for figure in figures_in("Models")]
    names += [f"{model}/predictions" for model in MODELS]
    names += [f"{model}/tuning" for model in MODELS if CANDIDATES[model]]
    names += [f"{model}/embedding" for model in EMBEDDED]
    return figures(*names)


def everything_of_model(model):
    """What belongs to one model alone, from its training to its figures."""
    explained = [model] if model in STUDY.explained_models() else []
    return [
        *of_runs("train/{model}/{fold}/{seed}/model.keras", [model]),
        *of_runs("evaluate/{model}/{fold}/{seed}/metrics.tsv", [model]),
        *figures(f"{model}/predictions"),
        *(figures(f"{model}/tuning") if CANDIDATES[model] else []),
        *(figures(f"{model}/embedding") if model in EMBEDDED else []),
        *(figures_of_explanations(explained) if explained else []),
        *of_used_runs("explain/{model}/{seed}/use.cells.tsv", [model]),
        *tables_of_explanations(model),
    ]
