"""The tables of the checks of maps as pages."""

from collections.abc import Mapping

import pandas as pd

from nascent.explain.duplicates import warning
from nascent.explain.standing import PASSES, nothing_passes
from nascent.report.tables import table_page
from nascent.statistics.verdict import GROUPS_FOR_A_VERDICT, cannot_tell

MOST_ROWS = 600
"""Rows of a page; the file has all."""

CHECKS: Mapping[str, tuple[str, str]] = {
    "agreement": (
        "Agreement of explanations",
        "Rank correlation of the maps of two explanations of the same cells, within the nucleus,"
        " beside that of maps of different cells.",
    ),
    "attention": (
        "Share of the maps in the nucleus",
        "Grad-CAMO: of the positive part of a map, what lies on the nucleus, beside the share of"
        " the frame that the nucleus covers, and the share under the masks of other cells.",
    ),
    "channel_correlations": (
        "Channels that repeat each other",
        "Correlation of every two input channels over the training cells: of pixels, centred by"
        " the mean of their cell, and of cell means. Where that of pixels is at or above"
        " explain.duplicates, in either sign, the channels are duplicates.",
    ),
    "channel_clusters": (
        "Channels by their maps",
        "Clusters of channels whose maps are alike, and how often cells drawn anew give them.",
    ),
    "joint_importance": (
        "Joint shares of channels that repeat each other",
        "Shares of the map when the channels of a group are added at every pixel first, and counted"
        " as one unit beside all other channels; apart is the sum of the shares that they have as"
        " single channels.",
    ),
    "randomisation": (
        "Maps of randomised models",
        "Rank correlation of maps with those of the same model after its layers were drawn anew,"
        " from the output to the input. Maps that stay what they were do not tell of the model.",
    ),
    "regions": (
        "Share of the maps in nuclear regions",
        "Beside the region's share of the nucleus, and with regions of other cells for chance.",
    ),
    "removal": (
        "Removed pixels",
        "How far the prediction moves when pixels go in the order of the map, of chance, and of"
        " plain brightness.",
    ),
    "roar": (
        "Models retrained without the top entries",
        "Test cells degraded as the training cells. Where entries of a map's order take no more"
        " from a model than as many of random order, the map has not found what it needs.",
    ),
    "sensitivity": (
        "Small changes of the image",
        "How far maps move when the measured pixels are changed a little, beside how far the"
        " prediction moves.",
    ),
    "similarity": (
        "Maps and images",
        "Of each map channel the image channel that it is most like within the nucleus, beside the"
        " same against images of other cells.",
    ),
    "standing": (
        "How far each explanation can be relied on",
        "An explanation passes where its model beats the best floor on the test cells, and where"
        " its maps change once the weights are random. It fails where one of the two is shown not"
        " to hold: its maps, shares and trends are then no evidence, and are shown last. The first"
        " row is what the explorer opens with.",
    ),
    "trend": (
        "Change with the target",
        "Rank correlation of each channel's share with the target, within wells; q is corrected"
        " for the number of channels.",
    ),
    "truth": (
        "The planted truth",
        "What of the map falls on the pixels and channels that set the target, beside chance, the"
        " most that a map can find, maps of a model of random weights and maps of the image alone.",
    ),
}
"""Name of the table → heading and what it tells."""


def check_page(check: str, table: pd.DataFrame, standing: pd.DataFrame | None = None) -> str:
    """Return the page of a check's table; of a long table its first rows, and a word on the rest.

    Explanations come in the order of their standing, and what is to be said of them comes first.

    Parameters
    ----------
    check
        In CHECKS.
    table
        As `explain/<check>.tsv` holds it.
    standing
        As `explain/standing.tsv` holds it; None in a study that explains nothing.
    """
    title, note = CHECKS[check]
    if standing is not None and {"model", "method"} <= set(table) and check != "standing":
        table, warnings = _by_standing(table, standing)
        note = " ".join([note, *warnings])
    table = _told(table)
    if "standing" in table:
        note = f"{nothing_passes(table)} {note}".strip()
    if check == "similarity" and "rank" in table:
        table = table[table["rank"] == 1]
    if check == "channel_correlations" and "duplicates" in table:
        note = f"{warning(table) or 'No two channels repeat each other.'} {note}"
    if len(table) > MOST_ROWS:
        note += (
            f" Shown are the first {MOST_ROWS} of {len(table):,} rows; explain/{check}.tsv has all."
        )
    return table_page(table.head(MOST_ROWS), title, note)


def _by_standing(table: pd.DataFrame, standing: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Return the rows in the order of standing, and a sentence an explanation that needs one."""
    place = standing.set_index(["model", "method"])["place"]
    keys = pd.MultiIndex.from_frame(table[["model", "method"]])
    order = place.reindex(keys).fillna(len(place) + 1).to_numpy().argsort(kind="stable")
    present = pd.MultiIndex.from_frame(standing[["model", "method"]]).isin(keys)
    rows = standing[present & (standing["standing"] != PASSES)]
    warnings = [
        f"{row.model}, {row.method} ({row.standing}): {row.sentence}" for row in rows.itertuples()
    ]
    return table.iloc[order], warnings


def _told(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with words where too few wells leave a verdict open."""
    if "wells" not in table:
        return table
    few = table["wells"] < GROUPS_FOR_A_VERDICT
    words = {
        name: table[name].astype(object).mask(few, table["wells"].map(cannot_tell))
        for name in table
        if str(name).startswith("beats_") and table[name].isna().any()
    }
    return table.assign(**words)
