"""What a model's cells say of use gives the same rows alone as beside other models."""

import numpy as np
import pandas as pd

from nascent.explain.duplicates.pairs import CHANNEL_GROUPS
from nascent.explain.use.changes import CHANGES, PERMUTED
from nascent.explain.use.loss import EACH, USE, USE_CELLS, USED
from nascent.explain.use.stage import gather_use
from nascent.explain.use.tables import use_of_model
from nascent.files import read_table, write_table

OPTIONS = {"confidence": 0.99, "draws": 200, "seed": 3}


def cells(seed: int, count: int = 60) -> pd.DataFrame:
    """Cells of six groups: without `a` the error grows by the variance, without `b` by nothing."""
    stream = np.random.default_rng(seed)
    # The measured values are those of the study, the errors those of the model.
    y = np.random.default_rng(0).normal(0, 1, count)
    error = 0.1 * stream.normal(0, 1, count) ** 2
    own = {
        "id": np.arange(count),
        "plate": "P",
        "group": [f"A{number % 6}" for number in range(count)],
        "y": y,
        "squared_error": error,
        "input": "image",
        "unit": "channel",
    }
    parts = []
    for channel, lost in (("a", y**2), ("b", 0.02 * stream.normal(0, 1, count))):
        parts.append(pd.DataFrame(own | {"channel": channel, **dict.fromkeys(CHANGES, lost)}))
    return pd.concat(parts, ignore_index=True)[list(USE_CELLS)]


def test_a_models_use_is_that_of_the_table_of_all_models(tmp_path):
    tables = {"cnn": {1: 1, 2: 2}, "linear": {1: 7}}
    for model, seeds in tables.items():
        for number, seed in seeds.items():
            tables[model][number] = tmp_path / f"{model}.{number}.tsv"
            write_table(cells(seed), tables[model][number])
    groups = pd.DataFrame(columns=list(CHANNEL_GROUPS))
    write_table(groups, tmp_path / "groups.tsv")
    gather_use(tables, tmp_path / "groups.tsv", tmp_path / "use.tsv", **OPTIONS)
    every = read_table(tmp_path / "use.tsv")
    for model, paths in tables.items():
        own = use_of_model(paths, groups, model=model, **OPTIONS)
        write_table(own, tmp_path / "own.tsv")
        expected = every[every["model"] == model].reset_index(drop=True)
        pd.testing.assert_frame_equal(read_table(tmp_path / "own.tsv"), expected, check_dtype=False)
        rows = own[(own["seed"].astype(str) == EACH) & (own["change"] == PERMUTED)]
        verdicts = rows.set_index("channel")["verdict"]
        assert verdicts["a"] == USED and verdicts["b"] != USED


def test_a_model_whose_use_was_not_measured_has_no_rows():
    groups = pd.DataFrame(columns=list(CHANNEL_GROUPS))
    found = use_of_model({}, groups, model="cnn", **OPTIONS)
    assert found.empty and list(found.columns) == list(USE)
