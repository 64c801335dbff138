"""What a methods section says of single cells: their data, quality control, crops and control."""

from collections.abc import Mapping
from typing import Any

from nascent.plain_words import reference_words, spaced
from nascent.report.answers.phrases import listed, percent
from nascent.report.methods.records import Paragraph
from nascent.study_record import StudyRecord

TRUTHS = {
    "structure": "by the arrangement of speckles and polymerase foci",
    "intensity": "by the mean intensity of channels",
    "both": "by the arrangement of speckles and polymerase foci and by the mean intensity of"
    " channels",
}
OVERSIZE = {
    "drop": "cells larger than a crop were left out",
    "shrink": "cells larger than a crop were shrunk to fit",
    "crop": "cells larger than a crop were cut at its border",
}


def paragraphs(study: StudyRecord) -> list[Paragraph]:
    """Return what is said of the data, their quality control, and the crops."""
    config = study.config
    return [
        Paragraph("Data", f"{_source(config)} {_target(study)}"),
        Paragraph("Quality control", _quality(config["crops"])),
        Paragraph("Crops", _crops(config["crops"])),
    ]


def controls(study: StudyRecord) -> list[Paragraph]:
    """Return how intensity was told from structure."""
    linear = {"regression": "ols_per_cell", "classes": "logistic_per_cell"}.get(study.task)
    if linear is None:
        return []
    return [
        Paragraph(
            "Control of intensity",
            "Each channel of each test cell was brought to mean 0 and standard deviation 1 and"
            " predicted by the same models: this removes intensity and keeps structure. As a check"
            f" that no intensity is left, {reference_words(linear)} was fitted too.",
        )
    ]


def _source(config: Mapping[str, Any]) -> str:
    simulated = config.get("simulate")
    if simulated is None:
        return (
            "Multiplexed images of single cells were read well by well, with the outlines of"
            " their nuclei."
        )
    truth, noise = TRUTHS[simulated["truth"]], percent(simulated["noise"])
    text = (
        f"Wells of {simulated['nuclei']} nuclei each (mean area {simulated['mean_area']:,.0f}"
        " pixels) were simulated after multiplexed protein maps [@gut2018]. A transcription"
        f" rate is planted {truth}; {noise} of its variance within a well is noise that nothing"
        " in the image explains."
    )
    if simulated["well_effect"]:
        text += (
            " Each well shifts the rate by a normal draw with a standard deviation of"
            f" {simulated['well_effect']:g} SDs of the rate, and the intensity of each channel by a"
            " factor that goes with it."
        )
    return text


def _target(study: StudyRecord) -> str:
    target = study.config["target"]
    if study.target.levels:
        return f"The target is {study.target.words}, one of {listed(list(study.target.levels))}."
    if target["column"]:
        return f"The target is {study.target.label}."
    text = (
        f"The target is {study.target.label}: the mean of channel {target['channel']} over the"
        " pixels of a cell, a channel that no model sees."
    )
    if study.config["crops"]["target_background"] == "subtract":
        text += " The background of the channel was subtracted first."
    return text


def _quality(crops: Mapping[str, Any]) -> str:
    rules = [
        f"{spaced(rule['column'])} "
        + ("missing" if rule["value"] is None else f"= {rule['value']}")
        for rule in crops["quality"]
    ]
    told = (
        f"Cells were removed by these values of the metadata: {'; '.join(rules)}."
        if rules
        else ("No rule of quality control was applied.")
    )
    if crops["exclude"]:
        told += " Cells of a given list were left out."
    return f"{told} {OVERSIZE[crops['oversize']].capitalize()}."


def _crops(crops: Mapping[str, Any]) -> str:
    size = crops["size"]
    text = (
        f"Each cell was cut into the middle of a square of {size} × {size} pixels [@becker2021]."
        " Pixels outside its outline are empty."
    )
    if crops.get("pixel_size"):
        text += f" A pixel is {crops['pixel_size']:g} µm wide."
    return text
