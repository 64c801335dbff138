"""Every table of a study keeps the names in it: declared columns, whatever the name looks like."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nascent.evaluate import tables as evaluated
from nascent.explain.agreement.table import AGREEMENT
from nascent.explain.attention.maps import ATTENTION
from nascent.explain.attention.maps import CELLS as ATTENTION_CELLS
from nascent.explain.clusters.groups import CLUSTERS, DISTANCES
from nascent.explain.duplicates.pairs import CHANNEL_GROUPS, CORRELATIONS
from nascent.explain.exports.scores import EXPLAINED
from nascent.explain.importance.joint import JOINT
from nascent.explain.importance.shares import IMPORTANCE
from nascent.explain.importance.stage import CELL_COLUMNS
from nascent.explain.join import LABELS
from nascent.explain.regions.shares import REGIONS
from nascent.explain.roar.curves import ROAR
from nascent.explain.similarity.table import SIMILARITY
from nascent.explain.standing import STANDING
from nascent.explain.trend.slopes import TREND
from nascent.explain.truth.table import TRUTH
from nascent.explain.use.loss import USE, USE_CELLS
from nascent.files import read_table, write_table
from nascent.kinds.cells.crops.quality import COLUMNS as QUALITY
from nascent.names import text_columns
from nascent.shards.statistics import COLUMNS as STATISTICS
from nascent.task import task_of

REGRESSION = task_of("regression")
PLACE = {"plate", "well"}
RUN = {"target", "design", "model"}
SPLIT = {"fold", "split"}
EXPLANATION = {"model", "method"}
# Columns of each table, and those of them that hold names which people give.
TABLES = {
    "cells": (["id", *PLACE, "perturbation", "cell_cycle", "cell_type"], None),
    "quality": (QUALITY, PLACE),
    "splits": (["id", "group", "part", "split"], {"group", "split"}),
    "balance": (["split", "variable", "level", "cells", "share"], {"split", "variable", "level"}),
    "shards": (["shard", "split", "cells", "sha256"], {"shard", "split", "sha256"}),
    "channels": (STATISTICS, {"channel"}),
    "predictions": (evaluated.predictions_columns(REGRESSION), RUN | SPLIT),
    "metrics": (evaluated.metrics_columns(REGRESSION), RUN | SPLIT),
    "controls": (evaluated.controls_columns(REGRESSION), RUN | SPLIT),
    "levels of an evaluation": (evaluated.levels_columns(REGRESSION), RUN | {"level"}),
    "intervals": (evaluated.INTERVALS, RUN),
    "comparison": (evaluated.comparison_columns(REGRESSION), RUN | {"best_floor"}),
    "pairs": (evaluated.PAIRS, RUN | {"other"}),
    "calibration": (evaluated.calibration_columns(REGRESSION), RUN),
    "confounders": (evaluated.CONFOUNDERS, {"target", "design", "variable"}),
    "strata": (["split", "stratum", "cells", "groups", "share"], {"split", "stratum"}),
    "importance": ([*LABELS, "split", *IMPORTANCE], {*EXPLANATION, "split", "stratum", "channel"}),
    "joint shares": ([*LABELS, "split", *JOINT], {*EXPLANATION, "split", "stratum", "unit"}),
    "cells of an explanation": (["id", *CELL_COLUMNS], {"split", "stratum", "group"}),
    "explained cells": (["id", *EXPLAINED], {"split", "stratum"}),
    "correlations": (CORRELATIONS, {"channel", "other"}),
    "groups of channels": (CHANNEL_GROUPS, {"group", "channel"}),
    "similarity": (["split", *SIMILARITY], {"split", "stratum", "map_channel", "image_channel"}),
    "clusters": (["split", *CLUSTERS], {"split", "channel"}),
    "distances": (["split", *DISTANCES], {"split", "channel", "other"}),
    "regions": (["split", *REGIONS], {"split", "region", "stratum", "channel"}),
    "trend": (["split", *TREND], {"split", "channel"}),
    "truth": ([*LABELS, *TRUTH], {*EXPLANATION, "split", "channel"}),
    "attention": ([*LABELS, *ATTENTION], {*EXPLANATION, "split", "region"}),
    "cells of attention": (ATTENTION_CELLS, {"split", "region", "group"}),
    "roar": (ROAR, EXPLANATION),
    "agreement": (AGREEMENT, {*EXPLANATION, "other_model", "other_method"}),
    "use": (USE, {"model", "unit", "channel", "members"}),
    "cells of use": (USE_CELLS, {"group", "channel"}),
    "standing": (STANDING, EXPLANATION),
}
NAMES = ["NA", "None", "null", "nan", "01", "1", "1e3", "TRUE", "=x", "CD3/CD4", "{x}", "a b", "α"]


@pytest.mark.parametrize(("columns", "named"), TABLES.values(), ids=TABLES)
def test_a_table_declares_its_columns_of_names(columns, named):
    assert text_columns(columns) >= (named if named is not None else {*columns} - {"id"})


@given(st.data())
def test_every_table_gives_names_and_gaps_back(tmp_path_factory, data):
    path = Path(tmp_path_factory.getbasetemp()) / "table.tsv"
    columns, _ = data.draw(st.sampled_from(list(TABLES.values())))
    rows = data.draw(st.integers(1, 4))
    table = pd.DataFrame({name: np.arange(rows) / 7 for name in columns}).astype(object)
    # One name alone is the hardest case: all of the column looks like something else.
    name = st.sampled_from(NAMES) | st.none()
    for column in text_columns(columns):
        table[column] = data.draw(
            st.lists(name, min_size=rows, max_size=rows) | name.map(lambda one: [one] * rows)
        )
    table.loc[0, [name for name in columns if name not in text_columns(columns)][:1]] = None
    write_table(table, path)
    back = read_table(path)
    assert list(back.columns) == list(table.columns)
    for column in table.columns:
        assert plain(back[column]) == plain(table[column])


def plain(column):
    """Return a column as a list, missing values as None."""
    return [None if pd.isna(value) else value for value in column]
