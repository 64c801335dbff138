"""What of a half-done study is not there yet, and the command that makes it."""

import shlex
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml

from nascent.report.study_page.contents import Section

CONFIGS = "config"
"""Folder of the configs of studies."""


@dataclass(frozen=True)
class Gap:
    """A part of the page of which files are not there.

    Attributes
    ----------
    title
        Of the part.
    files
        What is missing, as places in the folder of the study.
    command
        What makes it.
    """

    title: str
    files: tuple[str, ...]
    command: str


def gaps_of(sections: Iterable[Section], there: Collection[str], study: str) -> list[Gap]:
    """Return the parts of a page that a study has not made yet.

    Parameters
    ----------
    sections
        Of the page.
    there
        The files that are there, as places in the folder of the study.
    study
        Its name.
    """
    gaps = []
    for section in sections:
        wanted = [
            place
            for block in section.blocks
            for place in (
                *(f"{picture.place}.png" for picture in block.pictures),
                *(sheet.place for sheet in block.sheets),
            )
        ]
        files = tuple(dict.fromkeys(place for place in wanted if place not in there))
        if files:
            gaps.append(Gap(section.title, files, command(study, section.target)))
    return gaps


def command(study: str, target: str) -> str:
    """Return the command that makes a target of a study, as typed in the clone."""
    words = ["snakemake", "--profile", "profiles/local"]
    config = config_file(study)
    if config is not None:
        words += ["--configfile", config]
    return shlex.join([*words, target])


def config_file(study: str, folder: str | Path = CONFIGS) -> str | None:
    """Return the config of a study among those of a folder; None where there is none of it."""
    for path in sorted(Path(folder).glob("*.yaml")):
        try:
            config = yaml.safe_load(path.read_text(encoding="utf-8"))
        except (yaml.YAMLError, UnicodeDecodeError):
            continue
        if isinstance(config, dict) and config.get("study") == study:
            return str(path)
    return None
