"""Training on crops that lack entries, and on targets given instead of the shards' own."""

import numpy as np
import pandas as pd
import pytest

from nascent.errors import StoreError, TrainError
from nascent.files import read_table, write_table
from nascent.shards.batches import Batches
from nascent.shards.plan import shards_of
from nascent.shards.removal_file import RemovalSource, RemovedCell, write_removals
from nascent.train import checkpoint
from nascent.train.stage import train_model

CHANNELS = ("00_DAPI", "15_SON", "21_NCL")


def removal_file(study, share: float, name: str = "removed.h5"):
    """Write a file that removes each entry with the given probability."""
    normaliser = study.arguments()["data"].normaliser
    cells = pd.concat(
        Batches(shards_of(study.manifest, split), normaliser).examples for split in ("train", "val")
    )
    rng = np.random.default_rng(6)
    removed = (
        RemovedCell(example_id, rng.random((16, 16, 3)) < share) for example_id in cells.index
    )
    source = RemovalSource("ig", "entries", share, (1,), CHANNELS)
    write_removals(study.folder / name, removed, places=(16, 16), source=source)
    return study.folder / name


def kill_after(monkeypatch, epochs: int) -> None:
    save = checkpoint.save

    def save_then_die(folder, model, progress, wanted):
        save(folder, model, progress, wanted)
        if len(progress.history) == epochs:
            raise KeyboardInterrupt

    monkeypatch.setattr(checkpoint, "save", save_then_die)


def same_weights(study, ours: str, theirs: str) -> bool:
    pairs = zip(study.weights(ours), study.weights(theirs), strict=True)
    return all(np.array_equal(our, their) for our, their in pairs)


def test_nothing_removed_trains_the_very_same_model(study):
    train_model(**study.arguments("whole"))
    train_model(**study.arguments("empty", removal=removal_file(study, 0.0)))
    assert same_weights(study, "whole", "empty")
    pd.testing.assert_frame_equal(study.history("whole"), study.history("empty"), check_exact=True)


def test_a_run_that_lacks_entries_is_another_one_and_says_so(study):
    train_model(**study.arguments("whole"))
    train_model(**study.arguments("half", removal=removal_file(study, 0.5)))
    assert not same_weights(study, "whole", "half")
    assert study.card("whole")["data"] != study.card("half")["data"]


def test_killed_and_resumed_without_entries_is_never_killed(study, monkeypatch):
    removal = removal_file(study, 0.5)
    train_model(**study.arguments("whole", removal=removal))
    with monkeypatch.context() as patch:
        kill_after(patch, epochs=2)
        with pytest.raises(KeyboardInterrupt):
            train_model(**study.arguments("killed", removal=removal))
    assert not (study.folder / "killed/model.keras").exists()
    train_model(**study.arguments("killed", removal=removal))
    study.assert_same_results("whole", "killed")


def test_the_state_of_other_removed_entries_is_left_alone(study, monkeypatch):
    with monkeypatch.context() as patch:
        kill_after(patch, epochs=2)
        with pytest.raises(KeyboardInterrupt):
            train_model(**study.arguments("out", removal=removal_file(study, 0.5)))
    train_model(**study.arguments("out", removal=removal_file(study, 0.3)))
    train_model(**study.arguments("whole", removal=removal_file(study, 0.3)))
    assert same_weights(study, "out", "whole")


def test_targets_given_instead_train_as_if_the_shards_had_them(study):
    normaliser = study.arguments()["data"].normaliser
    parts = []
    for split in ("train", "val"):
        cells = Batches(shards_of(study.manifest, split), normaliser).examples
        values = np.random.default_rng(1).permutation(cells["target"].to_numpy())
        parts.append(pd.DataFrame({"id": cells.index, "target": values}))
    table = pd.concat(parts)
    write_table(table.sample(frac=1, random_state=2), study.folder / "targets.tsv")
    train_model(**study.arguments("own"))
    train_model(**study.arguments("given", target_table=study.folder / "targets.tsv"))
    assert not same_weights(study, "own", "given")
    # The same shards with these targets in their cell tables.
    by_id = read_table(study.folder / "targets.tsv").set_index("id")["target"]
    for name, cells in (("train-00000", 14), ("train-00001", 12), ("val-00000", 9)):
        study.write(name, cells, lambda own: own.assign(target=by_id.loc[own["id"]].to_numpy()))
    train_model(**study.arguments("written"))
    assert same_weights(study, "given", "written")
    ours, theirs = study.card("given"), study.card("written")
    assert ours["target"] == theirs["target"]
    assert ours["data"]["fingerprint"] != study.card("own")["data"]["fingerprint"]


def test_a_cell_without_a_target_is_told(study):
    table = pd.DataFrame({"id": [1], "target": [2.0]})
    write_table(table, study.folder / "targets.tsv")
    with pytest.raises(StoreError, match="lack 26 cells"):
        train_model(**study.arguments(target_table=study.folder / "targets.tsv"))


def test_the_epoch_can_be_that_of_the_least_training_loss(study):
    train_model(**study.arguments(epochs=8, learning_rate=0.9, monitor="loss"))
    history, card = study.history(), study.card()
    assert history["loss"].idxmin() != history["val_loss"].idxmin()
    assert card["best"]["epoch"] == history["loss"].idxmin() + 1
    with pytest.raises(TrainError, match="no monitor 'los'"):
        train_model(**study.arguments(monitor="los"))
