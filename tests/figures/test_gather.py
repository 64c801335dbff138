from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nascent.errors import StoreError
from nascent.figures import gather, score_maps


@dataclass
class Store:
    """A store in memory: pixel values tell cell and channel."""

    channels: list[str]
    examples: pd.DataFrame

    def __getitem__(self, i):
        value = 10 * float(self.examples.index[i]) + np.arange(len(self.channels))
        return np.broadcast_to(value, (4, 4, len(value))), np.ones((4, 4), bool)


@dataclass
class Maps(Store):
    @property
    def cells(self):
        return self.examples

    def __getitem__(self, i):
        return super().__getitem__(i)[0]


def stores(kind=Store):
    tables = [
        pd.DataFrame({"target": np.array(ids) * 1.0}, index=pd.Index(ids, name="id"))
        for ids in ([3, 1], [7, 5])
    ]
    return [kind(["a", "b", "c"], table) for table in tables]


def test_cells_and_channels_come_in_the_order_asked_for():
    found = gather.read_examples(stores(), [5, 1, 3], ["c", "a"])
    assert found.cells.index.tolist() == [5, 1, 3]
    assert found.cells["target"].tolist() == [5, 1, 3]
    assert found.images[:, 0, 0].tolist() == [[52, 50], [12, 10], [32, 30]]
    assert found.masks.shape == (3, 4, 4)


def test_stores_behind_the_last_cell_are_not_opened():
    def one():
        yield stores()[0]
        raise AssertionError("opened a store that is not needed")

    assert len(gather.read_examples(one(), [1], ["a"]).cells) == 1


def test_maps_come_in_the_order_asked_for():
    maps = gather.read_maps(stores(Maps), [7, 3], ["b"])
    assert maps[:, 0, 0].tolist() == [[71], [31]]


def test_no_cells_give_nothing_to_draw():
    examples = gather.read_examples(stores(), [], ["a", "b"])
    maps = gather.read_maps(stores(Maps), [], ["a", "b"])
    (axes,) = score_maps.draw(examples, maps).axes
    assert "no score maps" in axes.texts[0].get_text()


@pytest.mark.parametrize("read", [gather.read_examples, gather.read_maps])
def test_a_missing_cell_or_channel_is_named(read):
    sources = stores(Maps if read is gather.read_maps else Store)
    with pytest.raises(StoreError, match="cell 99"):
        read(sources, [1, 99], ["a"])
    with pytest.raises(StoreError, match="'d'"):
        read(sources, [1], ["d"])


@given(
    targets=st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60),
    count=st.integers(0, 70),
)
def test_spread_cells_are_distinct_and_ascend(targets, count):
    cells = pd.DataFrame({"target": targets}, index=pd.RangeIndex(len(targets)) + 100)
    chosen = gather.spread_cells(cells, count)
    assert len(set(chosen)) == len(chosen) == min(count, len(targets))
    assert cells.loc[chosen, "target"].is_monotonic_increasing


def test_the_middle_one_of_a_single_example_is_the_median_cell():
    cells = pd.DataFrame({"target": [5.0, 1.0, 9.0, 3.0, 7.0]}, index=list("abcde"))
    assert gather.spread_cells(cells, 1) == ["a"]


def test_spread_channels_hold_the_ends():
    assert gather.spread_channels(list("abcdefg"), 3) == ["a", "d", "g"]
    assert gather.spread_channels(["a"], 5) == ["a"]


def test_top_channels_leave_out_cells_without_shares():
    shares = pd.DataFrame({"a": [0.2, np.nan], "b": [0.7, np.nan], "c": [0.1, np.nan]})
    assert gather.top_channels(shares, 2) == ["b", "a"]
