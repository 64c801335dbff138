"""What a study must have for a check, by its config as plain data."""

from nascent.explain.check import Study
from nascent.kind import has_module, kind_of, module_of


def of_images(study: Study) -> bool:
    """Return whether models see images, in which things have outlines and neighbours."""
    return kind_of(study["kind"]).has_images


def of_numbers(study: Study) -> bool:
    """Return whether models predict numbers, of which more and less can be told."""
    # Tasks load numpy and pandas, which the table does without.
    from nascent.task import task_of

    return task_of(study["target"]["task"]).has_errors


def planted(study: Study) -> bool:
    """Return whether what sets the target was planted, as in simulated raw data."""
    kind = study["kind"]
    return has_module(kind, "explanation") and module_of(kind, "explanation").planted(study)


def with_regions(study: Study) -> bool:
    """Return whether the config names regions of the example, and models see images."""
    return bool(study["explain"]["regions"]) and of_images(study)


def with_retraining(study: Study) -> bool:
    """Return whether the config asks for models that are retrained without entries."""
    return study["explain"]["roar"] is not None
