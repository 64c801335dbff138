"""What stands on the page of a study: its sections, and the figures and tables in each.

Both follow from the study's config, by the same tables as the rules: `nascent.figures.table` and
`nascent.explain.checks`. The rules read the files of a page here, so this loads nothing that draws
or renders.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from nascent.attribute.options import axes_of
from nascent.config.sections import Study
from nascent.explain.check import Check
from nascent.explain.checks import checks_of
from nascent.figure import DATA, EXPLANATIONS, MODELS, Figure
from nascent.figures.table import figures_of
from nascent.kind import Kind, capital, kind_of
from nascent.report.study_page.titles import titled
from nascent.task import task_of
from nascent.words import worded

CHECKS_MENU = "Checks"
"""Part of the report's menu in which figures of checks stand; those of read-outs have another."""


@dataclass(frozen=True)
class Picture:
    """A figure of the page.

    Attributes
    ----------
    place
        In the folder of the study, without its suffix: `figures/comparison`.
    title
        What it shows.
    caption
        Its text in `workflow/report/`, without `.rst`.
    wildcards
        What the caption is told of it: model and method.
    """

    place: str
    title: str
    caption: str
    wildcards: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sheet:
    """A table of the page.

    Attributes
    ----------
    place
        In the folder of the study.
    title, note
        What it is, and what it tells.
    """

    place: str
    title: str
    note: str = ""


@dataclass(frozen=True)
class Block:
    """Figures and tables that belong together, under one heading.

    Attributes
    ----------
    anchor
        What links name: `comparison`, `check-removal`, `maps-linear-ig`.
    title
        Its heading.
    pictures, sheets
        In the order in which they are shown.
    model, method
        Of what it is about; empty for what is about all.
    """

    anchor: str
    title: str
    pictures: tuple[Picture, ...] = ()
    sheets: tuple[Sheet, ...] = ()
    model: str = ""
    method: str = ""


@dataclass(frozen=True)
class Section:
    """A section of the page: `data`, `models`, `explanations` or `checks`.

    Attributes
    ----------
    target
        The target of the workflow that makes what it shows.
    """

    anchor: str
    title: str
    target: str
    blocks: tuple[Block, ...]


def sections_of(study: Study) -> tuple[Section, ...]:
    """Return the sections of a study's page, in the words that are spoken."""
    kind = kind_of(study.kind)
    found = (
        Section("data", "Data", "data", tuple(_data(study, kind))),
        Section("models", "Models", "models", tuple(_models(study, kind))),
        Section("explanations", "Explanations", "explanations", tuple(_explanations(study, kind))),
        Section("checks", "Checks", "explanations", tuple(_checks(study, kind))),
    )
    return tuple(section for section in found if section.blocks)


def files_of(study: Study) -> list[str]:
    """Return the files that a study's page shows, as places in its folder."""
    blocks = [block for section in sections_of(study) for block in section.blocks]
    pictures = [f"{one.place}.png" for block in blocks for one in block.pictures]
    sheets = [one.place for block in blocks for one in block.sheets]
    return list(dict.fromkeys([*pictures, *sheets]))


def captions_of(study: Study) -> list[str]:
    """Return the names of the captions of a study's page."""
    blocks = [block for section in sections_of(study) for block in section.blocks]
    return sorted({one.caption for block in blocks for one in block.pictures})


def explained(study: Study) -> list[tuple[str, str]]:
    """Return model and map set of everything that is explained, in the order of the config."""
    return list(
        dict.fromkeys(
            (model, name)
            for method in study.attribute.methods
            for model in study.models_explained_by(method)
            for name in (
                method,
                *(f"{method}.{column}" for column in study.train.model(model).also_predict),
            )
        )
    )


def kind_of_maps(study: Study, map_set: str) -> str:
    """Return whether the maps of a set are of entries, of places or of features."""
    method = study.attribute.methods[map_set.partition(".")[0]]
    return axes_of(method.method, method.options())


def made_checks(study: Study) -> list[Check]:
    """Return the checks that are made of a study: where nothing is explained, those of models."""
    explains = bool(explained(study))
    return [one for one in checks_of(study.plain()).values() if one.always or explains]


def _data(study: Study, kind: Kind) -> Iterator[Block]:
    for figure in _of_category(study, kind, DATA):
        sheets = [Sheet(place, *titled(place)) for place in _tables_of_data(figure, kind)]
        yield _block(figure, sheets)


def _tables_of_data(figure: Figure, kind: Kind) -> list[str]:
    if figure.name == "quality":
        return [f"{kind.first_stage}/quality.tsv"]
    return [place for place in figure.tables if place.startswith("explain/")]


def _models(study: Study, kind: Kind) -> Iterator[Block]:
    beside = {
        "comparison": ("comparison", "pairs", "levels"),
        "controls": ("controls",),
        "designs": ("confounders",),
        "seeds": ("calibration",),
    }
    shown = {figure.name: figure for figure in _of_category(study, kind, MODELS)}
    order = [*(name for name in beside if name in shown), *(n for n in shown if n not in beside)]
    for name in order:
        places = [f"evaluate/{table}.tsv" for table in beside.get(name, ())]
        yield _block(shown[name], [Sheet(place, *titled(place)) for place in places])
    left = [table for name, own in beside.items() if name not in shown for table in own]
    left += [*task_of(study.target.task).more, "intervals", "metrics", "predictions"]
    for model in study.train.models:
        pictures = [_of_model(model, "predictions", "predicted and measured")]
        if model in study.tune:
            pictures.append(_of_model(model, "tuning", "search for options"))
        if model in study.embedded_models():
            pictures.append(
                _of_model(model, "embedding", worded("{examples} as the model sees them"))
            )
        yield Block(f"model-{model}", f"Model {model}", tuple(pictures), model=model)
    sheets = tuple(Sheet(place, *titled(place)) for place in map("evaluate/{}.tsv".format, left))
    yield Block("more-tables", "Further tables", sheets=sheets)


def _of_model(model: str, name: str, title: str) -> Picture:
    return Picture(f"figures/{model}/{name}", capital(title), name, {"model": model})


def _explanations(study: Study, kind: Kind) -> Iterator[Block]:
    read_outs = [one for one in made_checks(study) if not _is_check(one)]
    for check in read_outs:
        for figure in check.figures:
            if figure.category == EXPLANATIONS and not figure.maps:
                yield _block(figure, _sheets(check))
    for model, map_set in explained(study):
        pictures = _pictures_of_maps(study, kind, model, map_set)
        if pictures:
            yield Block(
                f"maps-{model}-{map_set}",
                f"Maps of {model} by {map_set}",
                tuple(pictures),
                model=model,
                method=map_set,
            )
    alone = [one for one in read_outs if not _has_own_block(one)]
    sheets = tuple(sheet for check in alone for sheet in _sheets(check))
    if sheets:
        yield Block("tables-of-maps", "Tables of all maps", sheets=sheets)


def _pictures_of_maps(study: Study, kind: Kind, model: str, map_set: str) -> list[Picture]:
    axes = kind_of_maps(study, map_set)
    figures = [
        figure
        for check in checks_of(study.plain()).values()
        for figure in check.figures
        if axes in figure.maps and (kind.has_images or not figure.of_images)
    ]
    # Typical examples come first: what the maps look like.
    figures.sort(key=lambda figure: figure.name != "panels")
    told = {"model": model, "method": map_set}
    return [
        Picture(
            f"figures/{model}/{map_set}/{figure.name}",
            capital(worded(figure.label)),
            figure.caption,
            told,
        )
        for figure in figures
    ]


def _checks(study: Study, kind: Kind) -> Iterator[Block]:
    for check in made_checks(study):
        if not _is_check(check):
            continue
        pictures = [
            _picture(figure)
            for figure in check.figures
            if not figure.maps and (kind.has_images or not figure.of_images)
        ]
        title = worded(check.title) or capital(worded(check.figures[0].label))
        yield Block(f"check-{check.name}", title, tuple(pictures), tuple(_sheets(check)))


def _is_check(check: Check) -> bool:
    """Return whether a row of the table of checks tells how far others can be trusted."""
    of_study = [figure for figure in check.figures if not figure.maps]
    return check.name == "standing" or any(one.subcategory == CHECKS_MENU for one in of_study)


def _has_own_block(check: Check) -> bool:
    return any(not figure.maps for figure in check.figures)


def _sheets(check: Check) -> list[Sheet]:
    place = f"explain/{check.name}.tsv"
    title, note = titled(place)
    return [Sheet(place, worded(check.title) or title, worded(check.note) or note)]


def _of_category(study: Study, kind: Kind, category: str) -> list[Figure]:
    of_checks = [figure for check in made_checks(study) for figure in check.figures]
    several = {
        "designs": len(study.splits.designs),
        "seeds": max(len(study.train.model(name).seeds) for name in study.train.models),
    }
    known = [*figures_of(kind, **several), *(figure for figure in of_checks if not figure.maps)]
    return [
        figure
        for figure in known
        if figure.category == category and (kind.has_images or not figure.of_images)
    ]


def _block(figure: Figure, sheets: list[Sheet]) -> Block:
    return Block(figure.name, capital(worded(figure.label)), (_picture(figure),), tuple(sheets))


def _picture(figure: Figure) -> Picture:
    return Picture(f"figures/{figure.name}", capital(worded(figure.label)), figure.caption)
