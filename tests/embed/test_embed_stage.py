import numpy as np
import pandas as pd
import pytest

from nascent.embed.stage import LAYOUT, LayoutOptions, write_layout
from nascent.embed.table import read_embeddings, write_embeddings
from nascent.errors import StoreError
from nascent.files import read_table, write_table

OPTIONS = LayoutOptions(neighbours=3, min_dist=0.1, draws=20, confidence=0.95, seed=1)


def vectors(n=10, ids=None):
    rng = np.random.default_rng(0)
    told = pd.DataFrame(
        {"split": ["val", "test"] * (n // 2), "group": ["A", "A", "B", "B", "B"] * (n // 5)},
        index=pd.Index(range(100, 100 + n) if ids is None else ids, name="id"),
    )
    numbers = pd.DataFrame(rng.normal(size=(n, 4)).astype("f4"), index=told.index)
    return pd.concat([told, numbers], axis=1)


@pytest.mark.parametrize("ids", [None, [f"gene {i}" for i in range(10)]])
def test_vectors_come_back_as_they_were_written(tmp_path, ids):
    written = vectors(ids=ids)
    write_embeddings(written, tmp_path / "e.parquet", record={"stage": "embed"})
    pd.testing.assert_frame_equal(
        read_embeddings(tmp_path / "e.parquet"), written, check_column_type=False, check_dtype=False
    )
    assert read_embeddings(tmp_path / "e.parquet")[0].dtype == np.float32


def test_a_file_that_holds_no_embeddings_is_refused(tmp_path):
    (tmp_path / "e.parquet").write_text("no table")
    with pytest.raises(StoreError, match="cannot be read"):
        read_embeddings(tmp_path / "e.parquet")


@pytest.mark.parametrize("task", ["regression", "classes"])
def test_places_have_what_was_measured_predicted_and_missed(tmp_path, task):
    write_embeddings(vectors(), tmp_path / "e.parquet")
    answers = pd.DataFrame({"id": range(100, 109), "group": "A", "target": "rate"})
    if task == "regression":
        answers = answers.assign(y=np.arange(9.0), y_hat=1.0)
    else:
        answers = answers.assign(true_class=["a", "b", "c"] * 3, predicted_class="a")
    other = answers.assign(target="area")
    write_table(pd.concat([answers, other]), tmp_path / "predictions.tsv")
    write_layout(
        tmp_path / "e.parquet",
        tmp_path / "predictions.tsv",
        target="rate",
        task=task,
        options=OPTIONS,
        layout_path=tmp_path / "layout.tsv",
        scores_path=tmp_path / "scores.tsv",
    )
    layout = read_table(tmp_path / "layout.tsv")
    assert tuple(layout.columns) == LAYOUT
    assert layout["id"].tolist() == list(range(100, 110))
    assert layout["measured"].isna().tolist() == [False] * 9 + [True]
    expected = [-1.0, 0.0, 1.0] if task == "regression" else ["right", "wrong", "wrong"]
    assert layout["error"].tolist()[:3] == expected
    scores = read_table(tmp_path / "scores.tsv").set_index("of")
    assert scores.loc["target", "examples"] == 9
    assert scores.loc["group", "examples"] == 10
