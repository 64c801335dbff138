# What jobs ask of a machine, and which of them go to a cluster together. Arithmetic: nascent.needs.
from math import prod

from nascent.needs import files_megabytes, network_megabytes

# Parts whose short jobs a cluster may be given together.
PARTS_TOGETHER = 20


def group_of(stage, *more):
    """The name of a group of this study, which is not that of another one in the same workflow."""
    name = "-".join([stage, STUDY.study, *more])
    # A profile calls it by the name of the stage, whatever the study.
    workflow.parent_groupids[name] = stage
    return name


def batch_of(stage):
    """The group of a job of one part: that of twenty parts, and of their fold if there are folds."""

    def group(wildcards):
        # Named one by one, for Snakemake merges the parts of one group anew at each look at its
        # plan, until all parts are one.
        batch = PARTS.index.get_loc(wildcards.part) // PARTS_TOGETHER
        return group_of(stage, *wildcards.get("fold", "").split(), str(batch))

    return group


def growing(need):
    """A constant need of a job, more with every attempt."""
    return lambda wildcards, attempt: need * attempt


def of_model(resource):
    """A resource of a model's jobs, as the config gives it."""
    return lambda wildcards: getattr(MODELS[wildcards.model].resources, resource)


def memory_of_training(wildcards, attempt):
    """Memory of a training job, MB: what the config says, or an estimate."""
    given = MODELS[wildcards.model].resources.mem_mb
    largest = max(options["batch_size"] for options in options_of_training(wildcards))
    return given * attempt if given else network_memory(largest, attempt)


def runtime_of_training(wildcards, attempt):
    """Minutes that a training job may take: one that was cut off goes on, and may take as many."""
    return MODELS[wildcards.model].resources.runtime * attempt


def memory_of_prediction(wildcards, attempt):
    """Memory of a job that predicts cells with a trained model, MB."""
    return network_memory(MODELS[wildcards.model].batch_size, attempt)


def network_memory(batch_size, attempt):
    """Memory of a job that asks or differentiates a network, MB."""
    return attempt * network_megabytes(
        batch_size, prod(STUDY.places), len(flat(INPUTS))
    )


def megabytes(files, times=1.0, plus=0):
    """Memory for a job that holds `times` its input files, in MB."""
    return lambda wildcards, input, attempt: (
        attempt * files_megabytes(paths_of(input.get(files)), times, plus)
    )


def paths_of(files):
    """The paths of an input; Snakemake gives that of a single one as text."""
    return [files] if isinstance(files, str) else list(files)
