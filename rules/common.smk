# Paths, lookups and resource functions shared by the rules. What needs thought lives in the library.
import re
import sys
from dataclasses import asdict
from functools import cache
from pathlib import Path

from nascent import kinds
from nascent.architecture_names import source
from nascent.attribute.options import axes_of, needs_training_cells
from nascent.code import code_digest
from nascent.config import (
    check_study,
    check_tables,
    input_channels,
    model_channels,
    read_wells,
    retrainings,
    searched,
    study_channels,
    study_folds,
)
from nascent.config.models import Model
from nascent.crops.wells import PIXEL_TABLES
from nascent.errors import NascentError
from nascent.files import read_table
from nascent.report.explorer.assets import assets_digest
from nascent.shards.plan import shard_names
from nascent.shards.removal import RANDOM
from nascent.tune.candidates import candidate_name

RULES = Path(workflow.current_basedir.get_path_or_uri(secret_free=True))
SCRIPTS = RULES.parent / "workflow" / "scripts"
TABLE_FILES = {
    "cell_cycle": "cell_cycle_classification.csv",
    "wells": "wells_metadata.csv",
    "background": "secondary_only_relative_normalisation.csv",
}
RAW_FILES = {
    "text": ["pixels.tsv.gz", "channels.csv", "metadata.csv"],
    "numpy": [
        "mpp.npy",
        "x.npy",
        "y.npy",
        "mapobject_ids.npy",
        "channels.csv",
        "metadata.csv",
    ],
    "campa": [
        "mpp.npy",
        "x.npy",
        "y.npy",
        "obj_ids.npy",
        "channels.csv",
        "metadata.csv",
    ],
}

# What is wrong with a study is told in one message, before the first job.
try:
    STUDY = check_study(
        config, where=", ".join(map(str, workflow.configfiles)) or "config"
    )
    WELLS = read_wells(STUDY.wells)
    FOLDS = study_folds(STUDY, WELLS)
    check_tables(STUDY, WELLS)
    CHANNELS = study_channels(STUDY, WELLS)
    INPUTS = input_channels(STUDY, CHANNELS)
    SEEN = {model: model_channels(STUDY, model, INPUTS) for model in STUDY.train.models}
    CANDIDATES = {
        model: {candidate_name(changes): changes for changes in searched(STUDY, model)}
        for model in STUDY.train.models
    }
except NascentError as error:
    sys.exit(f"Error in the study: {error}")

# The report's front page reads the config: it shall see the defaults too.
config.update(STUDY.plain())
config["target_label"] = kinds.get(STUDY.kind).target_label

KIND = kinds.get(STUDY.kind)
TARGET = KIND.target

# The fold whose models are explained.
EXPLAINED_FOLD = next(iter(FOLDS))

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

# Checks whose tables tell something of single cells: explain/…/<check>.cells.tsv.
CHECKS_OF_CELLS = ["attention", *(["truth"] if STUDY.simulate else [])]

# Figures of one model and method, by the kind of its maps.
OF_CHANNELS = ["importance", "trend"]
OF_PLACES = ["score_maps", "removal"]
FIGURES_OF_MAPS = {
    "pixel": [
        *OF_PLACES,
        *OF_CHANNELS,
        "panels",
        "similarity",
        "clusters",
        *(["regions"] if STUDY.explain.regions else []),
    ],
    "space": [*OF_PLACES, *(["regions"] if STUDY.explain.regions else [])],
    "channel": OF_CHANNELS,
}

# Checks of which each explanation has a table, and those of all explanations together.
JOINED_CHECKS = [
    "attention",
    "channel_clusters",
    "randomisation",
    "removal",
    "sensitivity",
    "similarity",
    "trend",
    *(["regions"] if STUDY.explain.regions else []),
    *(["truth"] if STUDY.simulate else []),
]
REPORTED_CHECKS = [
    *JOINED_CHECKS,
    "agreement",
    *(["roar"] if STUDY.explain.roar else []),
]
FIGURES_OF_CHECKS = [
    "completeness",
    "removal",
    "randomisation",
    "sensitivity",
    "agreement",
    "attention",
    *(["truth"] if STUDY.simulate else []),
]


wildcard_constraints:
    well="|".join(map(re.escape, WELLS.index)),
    model="|".join(map(re.escape, STUDY.train.models)),
    method="|".join(map(re.escape, MAP_SETS)) or "-",
    fold="|".join(map(re.escape, FOLDS)),
    seed=r"\d+",
    candidate="c[0-9a-f]{9}",
    split="train|val|test",
    number=r"\d{5}",
    order="|".join(map(re.escape, [RANDOM, *STUDY.attribute.methods])),
    fraction=r"[\d.e-]+",


def made(path):
    """The place of an artefact of this study."""
    return f"results/{STUDY.study}/{path}"


def logged(path):
    """The place of a job's log (`.log`) or benchmark (`.tsv`)."""
    return f"logs/{STUDY.study}/{path}"


def kept(path):
    """The place of state that outlives a killed job; Snakemake must not know it."""
    return f"results/{STUDY.study}/.state/{path}"


def code(name, *others):
    """Digest of a rule's script, of the library modules it stands on, and of other files."""
    return code_digest(SCRIPTS / f"{name}.py", *others)


def code_of_training(wildcards):
    """Digest of what trains a model: that of its own architecture, and of no other."""
    options = options_of_training(wildcards)
    return code_of_architectures(*sorted({each["architecture"] for each in options}))


@cache
def code_of_architectures(*architectures):
    """Digest of what trains models of these architectures; asked for again by every job."""
    return code("train", *sorted({source(name) for name in architectures}))


def raw_files(wildcards):
    """The files of a raw well: simulated here, or whatever lies in the measured well's folder."""
    if STUDY.simulate is not None:
        names = RAW_FILES[STUDY.simulate.layout]
        return [made(f"simulate/{wildcards.well}/{name}") for name in names]
    place = well_path(wildcards)
    folder = place if place.is_dir() else place.parent
    known = {"channels.csv", "metadata.csv", place.name}.union(
        *RAW_FILES.values(), PIXEL_TABLES
    )
    return [str(path) for path in sorted(folder.iterdir()) if path.name in known]


def well_path(wildcards):
    """The folder, or the pixel table, of a raw well."""
    if STUDY.simulate is not None:
        return Path(made(f"simulate/{wildcards.well}"))
    return Path(STUDY.data) / WELLS.loc[wildcards.well, "path"]


def plate_table(name):
    """The path of a plate table, or an empty list where the study has none."""
    if STUDY.simulate is not None:
        return made(f"simulate/tables/{TABLE_FILES[name]}")
    given = getattr(STUDY.tables, name)
    return str(Path(STUDY.data) / given) if given else []


def of_wells(pattern):
    """One path a well of the study."""
    return [made(pattern.format(well=well)) for well in WELLS.index]


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
    if workflow.is_rule(model):
        sys.exit(
            f"Error in the study: train.models: {model!r} is the name of a rule or target of the"
            " workflow. Call the model otherwise."
        )
    return model


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


def kind_of_maps(map_set):
    """Whether the maps of a set are of pixels and channels, of places, or of channels."""
    method = STUDY.attribute.methods[map_set.partition(".")[0]]
    return axes_of(method.method, method.options())


def target_of_maps(wildcards):
    """The column of the model's outputs that a map set explains."""
    _, _, column = wildcards.method.partition(".")
    return targets(wildcards).index(column) if column else 0


def training_cells_of_method(wildcards):
    """The training shards, for the methods that compare with training cells."""
    method = method_of_maps(wildcards)
    if not needs_training_cells(method.method, method.options()):
        return []
    return [
        made(f"shards/{EXPLAINED_FOLD}/{name}.h5")
        for name in shards_of("train", EXPLAINED_FOLD)
    ]


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


def checks_of_cells(wildcards):
    """What checks say of the single cells of a map set."""
    return [
        made(
            f"explain/{wildcards.model}/{wildcards.seed}/{wildcards.method}/{check}.cells.tsv"
        )
        for check in CHECKS_OF_CELLS
    ]


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


def options_of_retraining(wildcards):
    """The options of a model that is trained anew without some of its entries."""
    epochs = STUDY.explain.roar.epochs
    changed = {} if epochs is None else {"epochs": epochs}
    return [options | changed for options in options_of_training(wildcards)]


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
        for split in ("train", "val", "test")
        for name in shards_of(split, EXPLAINED_FOLD)
    ]


def of_retrainings(pattern):
    """One path a model, seed, order and fraction that is trained anew, each once."""
    return list(
        dict.fromkeys(made(pattern.format(**asdict(one))) for one in retrainings(STUDY))
    )


def results_of_retraining():
    """What models that are trained anew without some of their entries come to, where any are."""
    return [made("explain/roar.tsv"), *figures("roar")] if STUDY.explain.roar else []


def weights_of_training(wildcards):
    """The files of weights that a training job may start from."""
    files = [options["weights"] for options in options_of_training(wildcards)]
    return sorted(set(filter(None, files)))


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


def how_to_split():
    """The options of the splits but for which folds there are: one more shall not move the others."""
    return {
        key: value
        for key, value in STUDY.splits.plain().items()
        if key not in ("by", "fold")
    }


def shards_of(split, fold):
    """Names of a split's shards; known once the cells are split."""
    table = checkpoints.splits.get(fold=fold).output.splits
    return shard_names(read_table(table), split, STUDY.shards.cells)


def memory_of_training(wildcards, attempt):
    """Memory of a training job, MB: what the config says, or an estimate."""
    given = MODELS[wildcards.model].resources.mem_mb
    largest = max(options["batch_size"] for options in options_of_training(wildcards))
    return attempt * (given or network_memory(largest, 1))


def of_model(resource):
    """A resource of a model's jobs, as the config gives it."""
    return lambda wildcards: getattr(MODELS[wildcards.model].resources, resource)


def network_memory(batch_size, attempt):
    """Memory of a job that differentiates a network, in MB: ten 64-channel maps a cell of a batch."""
    one_map = 4 * STUDY.crops.size**2 / 1e6
    return int(attempt * (2000 + batch_size * one_map * (len(INPUTS) + 640)))


def megabytes(files, times=1.0, plus=0):
    """Memory for a job that holds `times` its input files, in MB."""
    return lambda wildcards, input, attempt: int(
        attempt * (plus + times * bytes_of(input.get(files)) / 1e6)
    )


def bytes_of(files):
    """The size of a file, or of several together."""
    # Snakemake gives an input of one path as text.
    several = [files] if isinstance(files, str) else files
    return sum(Path(file).stat().st_size for file in several)


def lowest_seed(wildcards, pattern):
    """A path of the lowest seed of a model: the one whose single cells are shown."""
    seed = min(MODELS[wildcards.model].seeds)
    return made(
        pattern.format(model=wildcards.model, seed=seed, method=wildcards.method)
    )


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


def figures(*names):
    """The figures of these names, PNG and SVG."""
    return [made(f"figures/{name}.{kind}") for name in names for kind in ("png", "svg")]


def figures_of_data():
    """The figures that need no model."""
    return figures("crops", "quality", "sizes", "balance", "pixels", "target")


def figures_of_models():
    """The figures of training and evaluation."""
    each = [f"{model}/predictions" for model in MODELS]
    each += [f"{model}/tuning" for model in MODELS if CANDIDATES[model]]
    return figures("learning", "comparison", "seeds", "designs", "controls", *each)


def figures_of_explanations(models=None):
    """The figures of the attribution maps."""
    return figures(
        *dict.fromkeys(
            f"{model}/{method}/{name}"
            for model, _, method in EXPLAINED
            if models is None or model in models
            for name in FIGURES_OF_MAPS[kind_of_maps(method)]
        )
    )


def checks_of_explanations():
    """Tables and figures of the checks of all explanations, where there are any."""
    if not EXPLAINED:
        return []
    return [
        *(made(f"explain/{check}.tsv") for check in REPORTED_CHECKS),
        *figures(*FIGURES_OF_CHECKS),
    ]


def pages_of_checks():
    """The report's pages of the tables of the checks."""
    return [
        made(f"report/checks/{check}.html") for check in REPORTED_CHECKS if EXPLAINED
    ]


def everything_of_model(model):
    """What belongs to one model alone, from its training to its figures."""
    explained = [model] if model in STUDY.explained_models() else []
    return [
        *of_runs("train/{model}/{fold}/{seed}/model.keras", [model]),
        *of_runs("evaluate/{model}/{fold}/{seed}/metrics.tsv", [model]),
        *figures(f"{model}/predictions"),
        *(figures(f"{model}/tuning") if CANDIDATES[model] else []),
        *(figures_of_explanations(explained) if explained else []),
    ]
