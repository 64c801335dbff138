# Paths, lookups and resource functions shared by the rules. What needs thought lives in the library.
from pathlib import Path

from snakemake.settings.enums import RerunTrigger

from nascent.code import code_digest
from nascent.config import check_study, read_wells

STUDY = check_study(config, where=", ".join(map(str, workflow.configfiles)) or "config")
WELLS = read_wells(STUDY.wells)

# Snakemake tracks a script by its time stamp, so a clone or a branch switch would run everything
# again. Each rule declares the digest of the code it stands on (`params: code=...`) instead.
workflow.dag_settings.rerun_triggers = frozenset(
    set(workflow.dag_settings.rerun_triggers) - {RerunTrigger.CODE}
)


wildcard_constraints:
    well="|".join(map(re.escape, WELLS.index)),
    model="|".join(map(re.escape, STUDY.train.models)),
    method="|".join(map(re.escape, STUDY.attribute.methods)) or "-",
    seed=r"\d+",
    split="train|val|test",
    number=r"\d{5}",


def made(path):
    """The place of an artefact of this study."""
    return f"results/{STUDY.study}/{path}"


def logged(path):
    """The place of a job's log (`.log`) or benchmark (`.tsv`)."""
    return f"logs/{STUDY.study}/{path}"


def kept(path):
    """The place of state that outlives a killed job; Snakemake must not know it."""
    return f"results/{STUDY.study}/.state/{path}"


def code(name):
    """Digest of a rule's script and of the library modules it stands on."""
    return code_digest(SCRIPTS / f"{name}.py")


def raw_files(wildcards):
    """The files of a raw well: simulated here, or whatever lies in the measured well's folder."""
    if STUDY.simulate is not None:
        names = RAW_FILES[STUDY.simulate.layout]
        return [made(f"simulate/{wildcards.well}/{name}") for name in names]
    return measured_files(STUDY.data, WELLS.loc[wildcards.well])


def plate_table(name):
    """The path of a plate table, or an empty list where the study has none."""
    if STUDY.simulate is not None:
        return made(f"simulate/tables/{TABLE_FILES[name]}")
    given = getattr(STUDY.tables, name)
    return str(Path(STUDY.data) / given) if given else []


def of_wells(pattern):
    """One path a well of the study."""
    return [made(pattern.format(well=well)) for well in WELLS.index]


def of_seeds(pattern, models=None):
    """One path a model and seed."""
    return [
        made(pattern.format(model=model, seed=seed))
        for model in models or STUDY.train.models
        for seed in STUDY.train.options(model)["seeds"]
    ]


def model_options(wildcards):
    """What one training job is told of its model: never another seed of it."""
    options = STUDY.train.options(wildcards.model)
    return {key: value for key, value in options.items() if key != "seeds"}


def shards_of(split):
    """Names of a split's shards; known once the cells are split."""
    table = checkpoints.splits.get().output.splits
    return shard_names(read_table(table), split, STUDY.shards.cells)


def megabytes(files, times=1.0, plus=0):
    """Memory for a job that holds `times` its input files, in MB."""
    return lambda wildcards, input, attempt: int(
        attempt * (plus + times * sum(Path(f).stat().st_size for f in input.get(files)) / 1e6)
    )
