"""Plates as they lie on the bench: target, error and number of examples, position by position."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from nascent.figures import evaluated, facts, style, words
from nascent.figures.palettes import ramps
from nascent.figures.plate_positions import in_a_strip, positions, row_name
from nascent.figures.predicted_examples import best_model
from nascent.task import REGRESSION, task_of
from nascent.words import spoken, worded

PLATE, WELL = "plate", "well"
"""Columns of the table of examples."""

MOST_PLATES = 6
ACROSS = 12  # positions in a row of a strip
LARGEST, SMALLEST = 0.46, 0.03  # edge of a position, inches
WRITTEN = 0.27  # edge from which the value stands in it
HATCH = "////"
PLAIN = LinearSegmentedColormap.from_list("plain", ramps("plain")["cividis"])
COUNTS = LinearSegmentedColormap.from_list("counts", [style.HOLLOW, style.TONES["indigo"]])
SIGNED = LinearSegmentedColormap.from_list("signed", next(iter(ramps("signed").values())))
ERRORS = LinearSegmentedColormap.from_list("errors", next(iter(ramps("plain").values())))


@dataclass(frozen=True)
class Quantity:
    """One number a well and its colours.

    Attributes
    ----------
    title
        What it is.
    unit
        Of the numbers.
    values
        Index plate and well; a well without a value is hatched.
    colours, scale
        From numbers to colours; of names, a palette.
    """

    title: str
    unit: str
    values: pd.Series
    colours: Colormap
    scale: Normalize


@style.look()
def draw(
    cells: pd.DataFrame,
    predictions: pd.DataFrame,
    comparison: pd.DataFrame,
    *,
    target: str = "target",
    label: str,
    task: str = REGRESSION,
) -> Figure:
    """Draw three plates beside each other, one line for each plate of the study.

    The mean of the target over all examples of a position; the mean error of the best model on the
    test examples, measured less predicted (of classes the share of wrong predictions); and the
    number of examples. Positions are named by letter and number; where names are no positions they
    stand in their order.

    Parameters
    ----------
    cells
        The table of examples: `id`, `plate`, `well` and the target.
    predictions, comparison
        The tables `predictions.tsv` and `comparison.tsv`.
    target
        The predicted column.
    label
        The target in words with its unit.
    task
        Name of what is predicted.
    """
    if cells.empty or not style.is_known(cells, WELL):
        figure = Figure(figsize=(style.WIDTH * 0.8, 1.5), layout="constrained")
        style.say(figure.subplots(), f"No {spoken().example} has a position on a plate.")
        return figure
    cells = cells.assign(**{name: style.labels(cells[name]) for name in (PLATE, WELL)})
    best = best_model(comparison, target, task)
    tested = _tested(predictions, best, target) if best else predictions[:0]
    shown = _quantities(cells, tested, target, label, task)
    plates = cells[PLATE].value_counts()
    chosen = sorted(plates.index[:MOST_PLATES])
    places = {plate: _places(cells.loc[cells[PLATE] == plate, WELL].unique()) for plate in chosen}
    figure = _figure(shown, places)
    sure = _in_words(comparison, best, target, task) if best else ""
    facts.note(figure, _facts(cells, tested, best, len(plates), places, sure))
    return figure


def _in_words(comparison: pd.DataFrame, best: tuple[str, str], target: str, task: str) -> str:
    """Return the metric of the best model over all test examples, with its interval."""
    metric = task_of(task).metric(task_of(task).primary)
    model, design = best
    rows = evaluated.of_target(comparison, target)
    row = rows[(rows["model"] == model) & (rows["design"] == design)].iloc[0]
    ends = [row.get(f"{metric.name}_{end}", np.nan) for end in ("low", "high")]
    if not np.isfinite(ends).all():
        return ""
    low, high = map(words.short, ends)
    over = f"95 % interval over {spoken().examples} {low} to {high}"
    return f" ({metric.short} of all {words.short(row[metric.name])}, {over})"


def _tested(predictions: pd.DataFrame, best: tuple[str, str], target: str) -> pd.DataFrame:
    model, design = best
    chosen = (predictions["model"] == model) & (predictions["design"] == design)
    chosen &= (predictions["split"] == "test") & (predictions["target"] == target)
    return predictions[chosen]


def _quantities(
    cells: pd.DataFrame, tested: pd.DataFrame, target: str, label: str, task: str
) -> list[Quantity]:
    at = [cells[PLATE], cells[WELL]]
    counts = cells.groupby(at).size()
    own = task_of(task)
    measured, predicted = (own.columns() or ("", ""))[:2]
    found = []
    if own.has_errors and style.is_known(cells, target):
        means = cells[target].astype(float).groupby(at).mean()
        found.append(
            Quantity(f"Mean {words.quantity(label)}", words.unit(label), means, PLAIN, _span(means))
        )
    if measured and len(tested):
        wrong = tested[measured] != tested[predicted]
        told = tested[measured] - tested[predicted] if own.has_errors else 100.0 * wrong
        of_cell = told.groupby(tested["id"]).mean()
        known = cells.set_index("id")[[PLATE, WELL]].join(of_cell.rename("error"), how="inner")
        errors = known.groupby([PLATE, WELL])["error"].mean().reindex(counts.index)
        if own.has_errors:
            most = float(np.nanmax(np.abs(errors))) or 1.0
            title, unit, how = "Measured less predicted", words.unit(label), SIGNED
            found.append(Quantity(title, unit, errors, how, Normalize(-most, most)))
        else:
            found.append(Quantity("Wrong predictions", "(%)", errors, ERRORS, Normalize(0, 100)))
    unit = f"({spoken().examples} per {spoken().part})"
    scale = Normalize(0, float(counts.max()))
    return [*found, Quantity("Number", unit, counts, COUNTS, scale)]


def _span(values: pd.Series) -> Normalize:
    low, high = float(values.min()), float(values.max())
    return Normalize(low, high if high > low else low + max(abs(low), 1e-9))


@dataclass(frozen=True)
class _Places:
    """Name → row and column from 1, and whether the names are positions of a plate."""

    of: Mapping[str, tuple[int, int]]
    on_plate: bool

    @property
    def rows(self) -> int:
        return max(row for row, _ in self.of.values())

    @property
    def columns(self) -> int:
        return max(column for _, column in self.of.values())


def _places(names: np.ndarray) -> _Places:
    found = positions(names)
    return _Places(in_a_strip(names, ACROSS), False) if found is None else _Places(found, True)


LEFT, GAP, TOP, BOTTOM, BETWEEN = 0.34, 0.42, 0.42, 0.62, 0.42  # inches


def _figure(shown: list[Quantity], places: Mapping[str, _Places]) -> Figure:
    across = max(place.columns for place in places.values())
    room = (style.WIDTH - LEFT - (len(shown) - 1) * GAP - 0.1) / len(shown)
    edge = min(room / across, LARGEST)
    heights = [place.rows * edge for place in places.values()]
    total = TOP + sum(heights) + BETWEEN * (len(heights) - 1) + BOTTOM
    figure = Figure(figsize=(style.WIDTH, total))
    top = total - TOP
    for line, (plate, place) in enumerate(places.items()):
        bottom = top - heights[line]
        for column, quantity in enumerate(shown):
            left = LEFT + column * (room + GAP)
            size = (left, bottom, place.columns * edge, heights[line])
            axes = figure.add_axes(_shares(figure, *size))
            _plate(axes, plate, place, quantity, edge)
            axes.set_title(quantity.title if not line else "", pad=12)
            if len(places) > 1 and not column:
                axes.set_ylabel(plate, fontsize=7)
        top = bottom - BETWEEN
    for column, quantity in enumerate(shown):
        left = LEFT + column * (room + GAP)
        bar = figure.add_axes(_shares(figure, left, 0.4, min(1.6, room), 0.08))
        _bar(bar, quantity)
    return figure


def _shares(figure: Figure, left: float, bottom: float, width: float, height: float) -> tuple:
    across, up = figure.get_size_inches()
    return left / across, bottom / up, width / across, height / up


def _plate(axes: Axes, plate: str, places: _Places, quantity: Quantity, edge: float) -> None:
    values = quantity.values.loc[plate]
    for name, (row, column) in places.of.items():
        value = float(values.get(name, np.nan))
        known = np.isfinite(value)
        colour = quantity.colours(quantity.scale(value)) if known else style.HOLLOW
        axes.add_patch(
            Rectangle(
                (column - 0.47, row - 0.47),
                0.94,
                0.94,
                facecolor=colour,
                edgecolor=style.SOFT,
                hatch=None if known else HATCH,
                lw=0.4,
                gid=f"{plate}/{name}",
            )
        )
        if edge >= WRITTEN and known:
            dark = np.dot(colour[:3], (0.3, 0.59, 0.11)) < 0.5
            ink = style.HOLLOW if dark else style.INK
            text = words.short(value) if quantity.values.dtype.kind == "f" else f"{value:,.0f}"
            axes.text(column, row, text, ha="center", va="center", fontsize=6, color=ink)
    taken = set(places.of.values())
    empty = [
        (column, row)
        for row in range(1, places.rows + 1)
        for column in range(1, places.columns + 1)
        if (row, column) not in taken and places.on_plate
    ]
    if empty:
        dot = {"s": (edge * 20) ** 2 / 4, "facecolor": "none", "edgecolor": style.PALE, "lw": 0.4}
        axes.scatter(*np.array(empty).T, **dot)
    axes.set_xlim(0.5, places.columns + 0.5)
    axes.set_ylim(places.rows + 0.5, 0.5)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.tick_params(length=0, labelsize=6, pad=1, labelbottom=False, labeltop=places.on_plate)
    step = max(1, int(np.ceil(0.16 / edge)))
    columns, rows = (np.arange(1, n + 1, step) for n in (places.columns, places.rows))
    axes.set_xticks(columns, [str(number) for number in columns])
    axes.set_yticks(rows, [row_name(row) if places.on_plate else "" for row in rows])
    if not places.on_plate and edge >= WRITTEN:
        for name, (row, column) in places.of.items():
            axes.text(column, row - 0.5, name, ha="center", va="bottom", fontsize=5)


def _bar(axes: Axes, quantity: Quantity) -> None:
    mappable = ScalarMappable(quantity.scale, quantity.colours)
    bar = axes.figure.colorbar(mappable, cax=axes, orientation="horizontal")
    bar.outline.set_linewidth(0.4)
    bar.ax.tick_params(labelsize=6.5, length=2)
    bar.ax.locator_params(nbins=4)
    bar.set_label(quantity.unit.strip("()"), fontsize=7)


def _facts(
    cells: pd.DataFrame,
    tested: pd.DataFrame,
    best: tuple[str, str] | None,
    plates: int,
    places: Mapping[str, _Places],
    sure: str,
) -> facts.Facts:
    parts = words.count(len(cells.groupby([PLATE, WELL])), spoken().part, spoken().parts)
    counted = f"{words.count(len(cells), spoken().example, spoken().examples)} in {parts}"
    if plates > MOST_PLATES:
        counted += f", the {MOST_PLATES} largest of {plates} plates shown"
    notes = []
    if best:
        test = words.count(
            tested["id"].nunique(), worded("test {example}"), worded("test {examples}")
        )
        missing = len(cells.loc[cells["id"].isin(tested["id"]), [PLATE, WELL]].drop_duplicates())
        notes.append(f"error of {best[0]} on {test}, mean over seeds{sure}")
        if missing < len(cells.groupby([PLATE, WELL])):
            notes.append(worded("hatched: no test {examples}"))
    if not all(place.on_plate for place in places.values()):
        notes.append(worded("names of {parts} are no positions on a plate: drawn in their order"))
    split = facts.split_by(best[1]) if best else ""
    return facts.Facts(n=counted, split=split, more=facts.SEPARATOR.join(notes))
