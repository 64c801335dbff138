"""The page of a study: gathered from the files of its folder, and written as one HTML file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pandas as pd

from nascent import integrity, provenance
from nascent.config.checks import check_study
from nascent.config.sections import Study
from nascent.files import read_table, written
from nascent.kind import capital, kind_of
from nascent.plain_words import explanation_words
from nascent.report.answers.compose import answers
from nascent.report.answers.tables import read_tables
from nascent.report.answers.trust import trust_table
from nascent.report.methods.references import bibtex, in_list
from nascent.report.methods.text import methods_text
from nascent.report.study_page import folding, pictures
from nascent.report.study_page.captions import Captions
from nascent.report.study_page.contents import Block, Picture, Section, Sheet, files_of, sections_of
from nascent.report.study_page.facts import provenance_of
from nascent.report.study_page.missing import Gap, command, gaps_of
from nascent.report.study_page.render import page_text
from nascent.report.study_page.sheets import packed_bytes, table_of_file, values_of
from nascent.report.study_page.shown import ShownBlock, ShownPicture, ShownSection, ShownSheet
from nascent.study_record import FILE, StudyRecord, read_study_record
from nascent.words import speaking

NAME = "report.html"
"""Of the page, in the folder of the study."""

COSTS, EXPLORER = "report/costs.tsv", "report/explorer.html"
COSTS_SHEET = Sheet(COSTS, "Cost of every rule")
FIRST = ("figures/comparison", "figures/use")
"""Figures of the first screen, before the typical examples."""

TYPICAL = "panels"
"""The figure of typical examples, one a model and method."""

BESIDE = ("svg", "pdf")
"""Further files of a figure, which the page links to."""

RECORDED = (
    "evaluate/comparison.tsv",
    "evaluate/controls.tsv",
    "evaluate/predictions.tsv",
    "explain/use.tsv",
    "explain/channel_importance.tsv",
    "explain/randomisation.tsv",
    "explain/removal.tsv",
    "explain/truth.tsv",
    "explain/standing.tsv",
)
"""Results whose records stand in the provenance."""


def write_page(folder: str | Path, captions: str | Path, path: str | Path | None = None) -> Path:
    """Write the page of a study from whatever of its results is there.

    The record of an earlier page is removed; a job of the workflow writes that of the new one.

    Parameters
    ----------
    folder
        `results/<study>`.
    captions
        Folder of the captions, `workflow/report`.
    path
        Where to; the default is `report.html` in the folder of the study.

    Returns
    -------
    The path of the page.

    Raises
    ------
    ResultError
        Where the folder holds no study, that of a newer nascent, or a result that was changed since
        it was made.
    """
    record = read_study_record(folder)
    target = record.folder / NAME if path is None else Path(path)
    with speaking(record.words.plain()):
        text = page_of_study(record, captions)
    provenance.forget(target)
    with written(target) as beside:
        beside.write_text(text, encoding="utf-8")
    return target


def page_of_study(record: StudyRecord, captions: str | Path) -> str:
    """Return the page of a study, in the words that are spoken."""
    study = check_study(record.config, where=record.folder / FILE)
    there = [place for place in files_of(study) if (record.folder / place).is_file()]
    for place in there:
        integrity.checked(record.folder / place)
    sections = sections_of(study)
    tables = read_tables(record.folder)
    gaps = [*gaps_of(sections, there, record.study), *_gap_of_explorer(record)]
    page = Page(record, study, frozenset(there), tables, Captions(captions, study))
    return page_text(page.context(sections, gaps))


def _gap_of_explorer(record: StudyRecord) -> Iterator[Gap]:
    """Return what is missing of the page of single examples; only studies of images have it."""
    if kind_of(record.kind).has_images and not (record.folder / EXPLORER).is_file():
        target = f"results/{record.study}/{EXPLORER}"
        yield Gap("Explorer", (EXPLORER,), command(record.study, target))


def _anchors(sections: tuple[Section, ...]) -> Iterator[str]:
    return (one.anchor for section in sections for one in (section, *section.blocks))


@dataclass(frozen=True)
class Page:
    """What a page is made of.

    Attributes
    ----------
    there
        The files that are there, as places in the folder of the study.
    tables
        Those that answers are made of.
    """

    record: StudyRecord
    study: Study
    there: frozenset[str]
    tables: Mapping[str, pd.DataFrame]
    captions: Captions

    def context(self, sections: tuple[Section, ...], gaps: list[Gap]) -> dict[str, Any]:
        """Return what the template of the page is told."""
        images = self._images(sections)
        costs = self.record.folder / COSTS
        made = provenance_of(self.record, RECORDED, read_table(costs) if costs.is_file() else None)
        methods = methods_text(self.record, made.versions)
        return {
            "record": self.record,
            "title": f"Study {self.record.study}",
            "about": self._about(),
            "answers": answers(self.record, self.tables),
            "trust": trust_table(self.record, self.tables),
            "first": list(self._first(sections, images)),
            "sections": [self._section(section, images) for section in sections],
            "gaps": gaps,
            "explorer": self._explorer(),
            "anchors": {
                "trust",
                *(one.anchor for part in sections for one in (part, *part.blocks)),
            },
            "methods": methods.paragraphs,
            "references": [in_list(one) for one in methods.references],
            "bibtex": packed_bytes(bibtex(methods.references).encode()),
            "provenance": made,
            "costs": self._sheet(COSTS_SHEET) if costs.is_file() else None,
        }

    def _images(self, sections: tuple[Section, ...]) -> dict[str, pictures.Image64]:
        """Return place → image, those folded away smaller."""
        wanted: dict[str, pictures.Size] = {}
        for section in sections:
            shown, folded = self._split(section)
            for blocks, size in (
                (shown, pictures.FULL),
                ([block for block, _ in folded], pictures.FOLDED),
            ):
                for block in blocks:
                    for picture in block.pictures:
                        if f"{picture.place}.png" in self.there:
                            wanted.setdefault(picture.place, size)
        files = [(self.record.folder / f"{place}.png", size) for place, size in wanted.items()]
        return dict(zip(wanted, pictures.images(files), strict=True))

    def _split(self, section: Section) -> tuple[list[Block], list[tuple[Block, str]]]:
        design = self.record.folds[self.record.explained_fold].design
        why = folding.reasons(self.tables, design, self.record.target.name)
        return folding.split_blocks(section.blocks, why, folding.order(self.tables))

    def _section(self, section: Section, images: Mapping[str, pictures.Image64]) -> ShownSection:
        shown, folded = self._split(section)
        warnings = folding.warnings(self.tables)
        return ShownSection(
            section.anchor,
            section.title,
            tuple(
                self._block(block, images, warning=warnings.get((block.model, block.method), ""))
                for block in shown
            ),
            tuple(self._block(block, images, folded=reason) for block, reason in folded),
        )

    def _block(
        self,
        block: Block,
        images: Mapping[str, pictures.Image64],
        *,
        folded: str = "",
        warning: str = "",
    ) -> ShownBlock:
        return ShownBlock(
            block.anchor,
            self._block_title(block),
            tuple(
                self._picture(picture, images)
                for picture in block.pictures
                if picture.place in images
            ),
            tuple(self._sheets(block)),
            folded,
            warning,
            tuple(self._links(block)),
        )

    def _block_title(self, block: Block) -> str:
        if not block.method:
            return block.title
        methods = self.record.config["attribute"]["methods"]
        words = explanation_words(block.method, methods)
        return f"Maps of {block.model} by {words}"

    def _picture(self, picture: Picture, images: Mapping[str, pictures.Image64]) -> ShownPicture:
        files = [f"{picture.place}.{kind}" for kind in BESIDE]
        return ShownPicture(
            picture.place,
            picture.title,
            images[picture.place],
            self.captions.html(picture.caption, picture.wildcards),
            tuple(file for file in files if (self.record.folder / file).is_file()),
            tuple(self._examples(picture)),
        )

    def _examples(self, picture: Picture) -> Iterator[tuple[str, str]]:
        """Return the examples of a figure of maps, by the record of its file."""
        if picture.place.rpartition("/")[2] != TYPICAL or not self._explorer():
            return
        record = provenance.read(self.record.folder / f"{picture.place}.png") or {}
        for name in record.get("shown", {}).get("cells", []):
            view = {"id": name, **picture.wildcards}
            yield str(name), f"{EXPLORER}#{urlencode(view)}"

    def _sheets(self, block: Block) -> Iterator[ShownSheet]:
        for sheet in block.sheets:
            if sheet.place in self.there:
                yield self._sheet(sheet)

    def _sheet(self, sheet: Sheet) -> ShownSheet:
        anchor = sheet.place.removesuffix(".tsv").replace("/", "-")
        table = table_of_file(self.record.folder / sheet.place, values_of(self.record))
        return ShownSheet(f"table-{anchor}", sheet.place, sheet.title, sheet.note, table)

    def _first(
        self, sections: tuple[Section, ...], images: Mapping[str, pictures.Image64]
    ) -> Iterator[ShownPicture]:
        """Return the figures of the first screen, those that are there."""
        known = {
            picture.place: picture
            for section in sections
            for block in section.blocks
            for picture in block.pictures
        }
        places = list(FIRST)
        default = folding.default_explanation(self.tables)
        if default is not None:
            places.append(f"figures/{default[0]}/{default[1]}/{TYPICAL}")
        for place in places:
            if place in known and place in images:
                yield self._picture(known[place], images)

    def _explorer(self) -> str:
        return EXPLORER if (self.record.folder / EXPLORER).is_file() else ""

    def _links(self, block: Block) -> Iterator[tuple[str, str]]:
        """Return what links from a block to other pages say, and where to they lead."""
        card = f"report/models/{block.model}.html"
        if block.method and self._explorer():
            view = urlencode({"model": block.model, "method": block.method})
            yield "Look at these maps in the explorer", f"{EXPLORER}#{view}"
        elif block.model and not block.method and (self.record.folder / card).is_file():
            yield "Model card: options, data, training runs, limits", card

    def _about(self) -> str:
        """Return in a sentence what the study predicts, of what."""
        record, words = self.record, self.record.words
        features = sum(map(len, record.features.values()))
        models = len(record.models)
        data = "" if record.config.get("data") else " The data are simulated."
        return (
            f"{capital(record.target.label)}, predicted for each {words.example} from {features}"
            f" {words.features if features != 1 else words.feature} by {models}"
            f" model{'s' if models != 1 else ''}.{data}"
        )
