# Paths, lookups and resource functions shared by the rules. What needs thought lives in the library.
import re
import sys
from functools import cache
from pathlib import Path

from nascent import staging
from nascent.architecture_names import source
from nascent.code import CodeDigests
from nascent.config.channels import check_channel_groups, model_channels
from nascent.config.checks import check_study
from nascent.config.folds import study_folds
from nascent.config.model_checks import searched
from nascent.config.names import check_paths, check_predicted
from nascent.config.target import study_levels
from nascent.config.models import Model
from nascent.errors import NascentError
from nascent.examples import column_target
from nascent.figures.table import figures_of
from nascent.files import read_table, refuse_unwritable
from nascent.kind import (
    file_of_kind,
    folder_of_kind,
    has_module,
    kind_of,
    module_of,
)
from nascent.report.explorer.assets import assets_digest
from nascent.reader import reader_file
from nascent.stages import stages_of
from nascent.task import task_file, task_of
from nascent.tune.candidates import candidate_name

# Another workflow may use these rules, by names of its own (nascent_*), and some of them once more.
CALLED = workflow.modifier.modify_rulename("*")
RULES_BEFORE = {rule.name for rule in workflow.rules}

SCRIPTS = workflow.current_basedir.join("../workflow/scripts")
CODE = CodeDigests()


def folders_of_staging(settings):
    """Where jobs find copies of results, and the folder of which they are copies, if it is one."""
    provider = settings.default_storage_provider
    if provider is None:
        return None, None
    staged = Path(settings.local_storage_prefix) / provider
    if provider != "fs":
        return staged, None
    # The plugin drops the leading slash of an absolute path.
    return staged, Path(settings.default_storage_prefix).anchor or "."


# What is wrong with a study is told in one message, before the first job.
try:
    STUDY = check_study(
        config, where=", ".join(map(str, workflow.configfiles)) or "config"
    )
    # The raw data by parts, of which each has a job: what they hold, the kind of data says.
    RAW = module_of(STUDY.kind, "parts")
    PARTS = RAW.parts(STUDY)
    FOLDS = study_folds(STUDY, PARTS)
    refuse_unwritable(f"results/{STUDY.study}")
    check_paths(STUDY, RAW.paths(STUDY, PARTS))
    RAW.check(STUDY, PARTS)
    FEATURES = RAW.features(STUDY, PARTS)
    COLUMNS = RAW.columns(STUDY, PARTS, FEATURES)
    check_predicted(STUDY, COLUMNS)
    LEVELS = study_levels(STUDY, COLUMNS, PARTS) or ()
    SPECS = RAW.inputs(STUDY, FEATURES)
    # Of the first input, whose maps are read out; floors see those of all inputs.
    INPUTS = list(SPECS[0].features)
    check_channel_groups(STUDY, INPUTS)
    SEEN = {model: model_channels(STUDY, model, INPUTS) for model in STUDY.train.models}
    CANDIDATES = {
        model: {candidate_name(changes): changes for changes in searched(STUDY, model)}
        for model in STUDY.train.models
    }
except NascentError as error:
    sys.exit(f"Error in the study: {error}")

staging.tell(*folders_of_staging(workflow.storage_settings))

TASK = STUDY.target.task

# The report's captions read the config: they shall see the defaults too. That of a workflow which uses
# this one as a module stays as it is.
config = STUDY.plain() | {"target_label": STUDY.label, "skill": task_of(TASK).skill}

# What `--sdm conda` gives every job; both are made from the lock file. A place, not a path: that would
# be as seen from each rule file, whatever folder it is in.
ENVIRONMENT = workflow.current_basedir.join(f"../envs/{STUDY.environment}.yaml")

KIND = kind_of(STUDY.kind)
FLOORS = KIND.floors[TASK]
TARGET = STUDY.predicted
FIGURES = figures_of(KIND)
# Channels have statistics where some input is an image.
IMAGES = KIND.has_images
# The feature that holds the target, which no model sees; nothing where there is none.
IMAGED = next(iter(STUDY.hidden), "")
# What every example has been measured to show, in words; another column may be predicted instead.
MEASURED = (
    STUDY.label if TARGET == KIND.target else f"mean {IMAGED}" if IMAGED else TARGET
)


MODELS = {model: STUDY.train.model(model) for model in STUDY.train.models}

RUNS = [
    (model, fold, seed)
    for model in MODELS
    for fold in FOLDS
    for seed in MODELS[model].seeds
]

TARGETS = list(
    dict.fromkeys(
        column for model in MODELS.values() for column in (TARGET, *model.also_predict)
    )
)


wildcard_constraints:
    part="|".join(map(re.escape, PARTS.index)),
    model="|".join(map(re.escape, STUDY.train.models)),
    fold="|".join(map(re.escape, FOLDS)),
    seed=r"\d+",
    candidate="c[0-9a-f]{9}",
    split="train|val|test",
    number=r"\d{5}",


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


def file_in_kind(module):
    """The file of a module of the study's kind of data, which a kind need not have."""
    has = has_module(STUDY.kind, module)
    return [file_of_kind(STUDY.kind, module)] if has else []


def channels_table(fold):
    """The statistics of the channels of images, by the training examples of a fold."""
    return made(f"shards/{fold}/channels.tsv") if IMAGES else []


def rules_of_kind():
    """The file of the rules that make examples of the raw data: a lab's kind brings its own."""
    folder = folder_of_kind(STUDY.kind)
    own = folder / "rules.smk"
    return str(own) if own.is_file() else f"../rules/kinds/{KIND.name}.smk"


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


def benchmarks_of_rules():
    """Rule to the pattern of its benchmarks' places below the study's logs."""
    place = re.escape(logged(""))
    patterns = (
        (each.name, each.benchmark.regex().pattern)
        for each in workflow.rules
        if each.benchmark
    )
    return {
        own_name(name): pattern.removeprefix(place)
        for name, pattern in patterns
        if pattern.startswith(place)
    }


def own_name(rule):
    """The name that a rule has here, whatever another workflow calls it."""
    before, _, after = CALLED.partition("*")
    return rule.removeprefix(before).removesuffix(after) if "*" in CALLED else rule


def kept(path):
    """The place of state that outlives a killed job; Snakemake must not know it."""
    return f"results/{STUDY.study}/.state/{path}"


def code(name, *others, scripts=SCRIPTS):
    """Digest of a rule's script, of the library modules it stands on, and of other files."""
    # Of a workflow that lies elsewhere, as in github(…), Snakemake makes a copy.
    script = workflow.sourcecache.get_path(scripts.join(f"{name}.py"))
    # Task, readers and kind are found by name: their files count where a script, or what it finds,
    # asks.
    readers = [reader_file(name) for name in KIND.readers]
    chosen = {
        "nascent.task": [task_file(TASK)],
        "nascent.reader": readers,
        "nascent.evaluate.floor_predictions": file_in_kind("floors"),
        "nascent.shards.background": file_in_kind("background"),
        "nascent.explain.truth.planted": file_in_kind("planted"),
    }
    modules = {module for file in (script, *others) for module in CODE.modules(file)}
    named = [
        file for name, files in chosen.items() if name in modules for file in files
    ]
    return CODE.digest(script, *named, *others)


def code_of_training(wildcards):
    """Digest of what trains a model: that of its own architecture, and of no other."""
    options = options_of_training(wildcards)
    return code_of_architectures(*sorted({each["architecture"] for each in options}))


@cache
def code_of_architectures(*architectures):
    """Digest of what trains models of these architectures; asked for again by every job."""
    return code("train", *sorted({source(name) for name in architectures}))


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


def target_name(model):
    """The name of the rule that runs one model; it must not be that of another rule."""
    name = workflow.modifier.avail_rulename(model)
    if workflow.is_rule(name) and name not in RULES_BEFORE:
        sys.exit(
            f"Error in the study: train.models: {model!r} is the name of a rule or target of the"
            " workflow. Call the model otherwise."
        )
    return model


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


def usual_options():
    """The options of a model of which nothing is said, as its jobs are told them."""
    usual = Model()
    return usual.plain() | {"augment": usual.augment.resolved()}


def seen(wildcards):
    """The input channels of a model."""
    return SEEN[wildcards.model]


def targets(wildcards):
    """Columns of the cell table that a model predicts."""
    return [TARGET, *MODELS[wildcards.model].also_predict]


def target_specs(wildcards):
    """What a model predicts. Words for people are left out: a caption shall retrain no model."""
    return [
        column_target(name, TASK, levels=LEVELS).to_plain()
        for name in targets(wildcards)
    ]


def how_to_split():
    """The options of the splits but for which folds there are: one more shall not move the others."""
    return {
        key: value
        for key, value in STUDY.splits.plain().items()
        if key not in ("by", "fold")
    }


def figures(*names):
    """The figures of these names, PNG and SVG."""
    return [made(f"figures/{name}.{kind}") for name in names for kind in ("png", "svg")]


def names_in(category):
    """Names of the study's figures in a category of the report."""
    return [figure.name for figure in FIGURES if figure.category == category]


def figures_of_data():
    """The figures that need no model."""
    return figures(*names_in("Data"))


def figures_of_models():
    """The figures of training and evaluation."""
    each = [f"{model}/predictions" for model in MODELS]
    each += [f"{model}/tuning" for model in MODELS if CANDIDATES[model]]
    return figures(*names_in("Models"), *each)


def everything_of_model(model):
    """What belongs to one model alone, from its training to its figures."""
    explained = [model] if model in STUDY.explained_models() else []
    return [
        *of_runs("train/{model}/{fold}/{seed}/model.keras", [model]),
        *of_runs("evaluate/{model}/{fold}/{seed}/metrics.tsv", [model]),
        *figures(f"{model}/predictions"),
        *(figures(f"{model}/tuning") if CANDIDATES[model] else []),
        *(figures_of_explanations(explained) if explained else []),
        *of_used_runs("explain/{model}/{seed}/use.cells.tsv", [model]),
        *tables_of_explanations(model),
    ]
