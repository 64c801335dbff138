# What jobs of models are told of them.
from nascent.config.models import Model
from nascent.examples import column_target


def options_of_training(wildcards):
    """What a training job is told: the options of each candidate, or those of the model alone."""
    # Neither other seeds, nor what the machine gives, nor how cells are predicted later.
    left_out = {"seeds", "resources", "channels", "also_predict", "prediction"}
    candidates = CANDIDATES[wildcards.model]
    chosen = list(candidates.values()) or [{}]
    if "candidate" in wildcards.keys():
        chosen = [candidates[wildcards.candidate]]
    return [
        {key: value for key, value in options.items() if key not in left_out}
        for options in (
            STUDY.train.options(wildcards.model, changes) for changes in chosen
        )
    ]


def weights_of_training(wildcards):
    """The files of weights that a training job may start from."""
    files = [options["weights"] for options in options_of_training(wildcards)]
    return [given(file) for file in sorted(set(filter(None, files)))]


def choice_of_candidate(model, fold):
    """The choice among a model's candidates in a fold; an empty list without a search."""
    return made(f"tune/{model}/{fold}/candidates.tsv") if CANDIDATES[model] else []


def usual_options():
    """The options of a model of which nothing is said, as its jobs are told them."""
    usual = Model()
    return usual.plain() | {"augment": usual.augment.resolved()}


def seen(wildcards):
    """The channels of images that a model sees."""
    return SEEN[wildcards.model][IMAGE.name] if IMAGE else []


def features_seen(wildcards):
    """Names of the features of all inputs that a model sees."""
    return flat(own_names(SEEN[wildcards.model]))


def features_of_first_input(wildcards):
    """The features of the first input that a model sees: what is removed is of that input."""
    return SEEN[wildcards.model][SPECS[0].name]


def targets(wildcards):
    """Columns of the cell table that a model predicts."""
    return [TARGET, *MODELS[wildcards.model].also_predict]


def target_specs(wildcards):
    """What a model predicts. Words for people are left out: a caption shall retrain no model."""
    of_kind = {one.name: one.unworded() for one in OUTLINE.targets}
    return [
        (of_kind.get(name) or column_target(name, TASK, levels=LEVELS)).to_plain()
        for name in targets(wildcards)
    ]


def how_to_split():
    """The options of the splits but for which folds there are: one more shall not move the others.

    The table of all examples has the groups that the study chose.
    """
    return {
        key: value
        for key, value in STUDY.splits.plain().items()
        if key not in ("by", "fold", "group")
    }
