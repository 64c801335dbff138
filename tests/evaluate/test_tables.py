import pandas as pd
import pytest

from nascent.errors import RawDataError, TrainError
from nascent.evaluate.tables import gather, metrics_columns, predictions_columns
from nascent.files import write_table
from nascent.task import task_of

PREDICTIONS = predictions_columns(task_of("regression"))
METRICS_TABLE = metrics_columns(task_of("regression"))


def predictions(model, seed, split="test", fold="example", y_hat=(1.5, 2.5)):
    return pd.DataFrame(
        {
            "id": [11, 12],
            "group": "p/A01",
            "design": "example",
            "fold": fold,
            "split": split,
            "model": model,
            "seed": seed,
            "target": "target",
            "y": [0.1, 2.0],
            "y_hat": y_hat,
        }
    )


def test_tables_are_joined_in_the_order_given(tmp_path):
    parts = [predictions("ols", 0), predictions("cnn", 2), predictions("cnn", 1)]
    paths = [tmp_path / f"{number}.tsv" for number in range(3)]
    for part, path in zip(parts, paths, strict=True):
        write_table(part, path)
    pd.testing.assert_frame_equal(
        gather(paths, PREDICTIONS), pd.concat(parts, ignore_index=True), check_dtype=False
    )


def test_a_model_and_seed_given_twice_names_both_tables(tmp_path):
    for name in ("a.tsv", "b.tsv"):
        write_table(predictions("cnn", 1), tmp_path / name)
    with pytest.raises(TrainError, match=r"b\.tsv: .*split test, model cnn, seed 1 .*a\.tsv"):
        gather([tmp_path / "a.tsv", tmp_path / "b.tsv"], PREDICTIONS)


def test_two_folds_of_a_model_are_two_jobs(tmp_path):
    for name in ("without_P_A1", "without_P_A2"):
        write_table(predictions("cnn", 1, fold=name), tmp_path / f"{name}.tsv")
    table = gather(sorted(tmp_path.glob("*.tsv")), PREDICTIONS)
    assert list(table["fold"].unique()) == ["without_P_A1", "without_P_A2"]


def test_a_table_without_rows_changes_no_dtype(tmp_path):
    write_table(predictions("cnn", 1), tmp_path / "a.tsv")
    write_table(predictions("cnn", 1).iloc[:0], tmp_path / "b.tsv")
    table = gather([tmp_path / "b.tsv", tmp_path / "a.tsv"], PREDICTIONS)
    assert table["y"].dtype == float
    assert len(table) == 2


def test_a_table_of_the_other_sort_is_refused(tmp_path):
    write_table(predictions("cnn", 1), tmp_path / "a.tsv")
    with pytest.raises(RawDataError, match="no column 'n'"):
        gather([tmp_path / "a.tsv"], METRICS_TABLE)
