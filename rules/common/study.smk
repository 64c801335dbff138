# The study: its config, checked, and what follows from it before the first job.
import re
import sys
from pathlib import Path

from nascent import staging
from nascent.config.channels import image_of
from nascent.config.outline import outline_of
from nascent.errors import NascentError
from nascent.figures.table import figures_of
from nascent.files import refuse_unwritable
from nascent.input_names import features_of, flat, own_names
from nascent.kind import kind_of, module_of
from nascent.plain_words import reference_words
from nascent.report.captions import words_of_captions
from nascent.task import task_of
from nascent.words import speaking


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


def in_words(text):
    """A text for people, in the words of the kind of data: `{examples}` are cells, or genes."""
    factors = map(SPOKEN.column, ("group", *reversed(FACTORS)))
    return text.format(**SPOKEN.captions(), factors=", ".join(factors))


# An error in a study is one message, before the first job.
try:
    OUTLINE = outline_of(
        config, where=", ".join(map(str, workflow.configfiles)) or "config"
    )
    refuse_unwritable(f"results/{OUTLINE.study.study}")
except NascentError as error:
    sys.exit(f"Error in the study: {error}")

STUDY, PARTS, FOLDS = OUTLINE.study, OUTLINE.parts, OUTLINE.folds
FEATURES, LEVELS, SPECS = OUTLINE.features, OUTLINE.levels, OUTLINE.inputs
SEEN, CANDIDATES = OUTLINE.seen, OUTLINE.candidates
# Channels of the image among the inputs, where there is one; and names of the features of all inputs.
IMAGE = image_of(SPECS)
CHANNELS = list(IMAGE.features) if IMAGE else []
INPUTS = {name: list(own) for name, own in features_of(SPECS).items()}

staging.tell(*folders_of_staging(workflow.storage_settings))

TASK = STUDY.target.task

# The report's captions read the config, with all defaults. The config of a workflow that uses this one
# as a module stays as it is.
config = STUDY.plain() | words_of_captions(STUDY)

# What `--sdm conda` gives every job; both are made from the lock file. A place, not a path: that would
# be as seen from each rule file, whatever folder it is in.
ENVIRONMENT = workflow.current_basedir.join(f"../../envs/{STUDY.environment}.yaml")

KIND = kind_of(STUDY.kind)
# What jobs call examples and groups, as people who work with this kind of data do.
SPOKEN = KIND.words.grouped(STUDY.splits.group)
WORDS = SPOKEN.plain()
# What tells examples apart beside their group, and what groups lie in.
FACTORS = [name for name in KIND.factors if name != STUDY.splits.group]
BATCHES = [name for name in KIND.batches if name != STUDY.splits.group]
# What the kind says of its raw data.
RAW = module_of(STUDY.kind, "parts")
FLOORS = KIND.floors[TASK]
with speaking(WORDS):
    REFERENCES = {name: reference_words(name, KIND.references) for name in FLOORS}
TARGET = STUDY.predicted
FIGURES = figures_of(
    KIND,
    designs=len(STUDY.splits.designs),
    seeds=max(len(STUDY.train.model(model).seeds) for model in STUDY.train.models),
)
# Channels have statistics where some input is an image.
IMAGES = KIND.has_images
# The feature that holds the target, which no model sees; empty where there is none.
IMAGED = next(iter(STUDY.hidden), "")
# What is measured of every example, in words; the models may predict another column.
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
