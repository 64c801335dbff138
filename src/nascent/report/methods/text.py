"""The methods section of a study."""

from collections.abc import Mapping

from nascent.kind import has_module, module_of
from nascent.report.answers.phrases import listed
from nascent.report.methods import checks, data, evaluation, explanations, models
from nascent.report.methods.records import Methods, Paragraph
from nascent.report.methods.references import section
from nascent.study_record import StudyRecord
from nascent.words import speaking

MODULE = "methods"
"""Module of a kind that writes paragraphs of its own on data."""

PACKAGES: Mapping[str, str] = {
    "nascent": "nascent",
    "snakemake": "Snakemake [@molder2021]",
    "python": "Python",
    "keras": "Keras [@chollet2015]",
    "tensorflow": "TensorFlow [@abadi2016]",
    "tensorflow-cpu": "TensorFlow [@abadi2016]",
    "jax": "JAX [@bradbury2018]",
    "torch": "PyTorch [@paszke2019]",
    "numpy": "NumPy [@harris2020]",
    "pandas": "pandas [@mckinney2010]",
    "scipy": "SciPy [@virtanen2020]",
    "scikit-learn": "scikit-learn [@pedregosa2011]",
    "matplotlib": "Matplotlib [@hunter2007]",
    "umap-learn": "umap-learn",
}
"""Package → how it is named and cited, in the order of the text."""


def methods_text(study: StudyRecord, versions: Mapping[str, str]) -> Methods:
    """Return what a study did, as a methods section with its references.

    Parameters
    ----------
    study
        From `nascent.study_record.read_study_record`.
    versions
        Package → version, as records of results have them (`nascent.provenance`).
    """
    with speaking(study.words.plain()):
        own = [data.examples(study)]
        if has_module(study.kind, MODULE):
            own = module_of(study.kind, MODULE).paragraphs(study)
        return section(
            [
                *own,
                data.splits(study),
                *data.normalisation(study),
                models.architectures(study),
                models.training(study),
                *models.searches(study),
                evaluation.references(study),
                evaluation.metrics(study),
                *_of_kind(study),
                *models.embedding(study),
                explanations.use(study),
                *explanations.maps(study),
                *checks.checks(study),
                *checks.read_outs(study),
                *_software(versions),
            ]
        )


def _of_kind(study: StudyRecord) -> list[Paragraph]:
    """Return what a kind evaluates of its own."""
    if not has_module(study.kind, MODULE):
        return []
    return module_of(study.kind, MODULE).controls(study)


def _software(versions: Mapping[str, str]) -> list[Paragraph]:
    told = [
        words.replace(" [", f" {versions[name]} [", 1)
        if "[" in words
        else f"{words} {versions[name]}"
        for name, words in PACKAGES.items()
        if name in versions
    ]
    return [Paragraph("Software", f"The study was computed with {listed(told)}.")] if told else []
