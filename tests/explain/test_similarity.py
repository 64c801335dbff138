"""Similarity: planted pairs are found and beat other cells' images; what nuclei share does not."""

from functools import lru_cache

import numpy as np
import pandas as pd
import pytest

from nascent.explain.reading.cells import ExplainedCell
from nascent.explain.similarity.table import (
    ALL,
    SIMILARITY,
    Compared,
    compare,
    similarity_table,
)
from nascent.explain.statistics.exchange import rings

SIZE, CELLS = 20, 24
V, U = np.mgrid[:SIZE, :SIZE] - (SIZE - 1) / 2
RADIUS = np.hypot(U, V)
OPTIONS = {"confidence": 0.95}
IMAGES = ["even", "spots", "middle"]


def cell(number, maps_of):
    """A round nucleus with an even channel, sparse spots, and one that is bright in the middle."""
    stream = np.random.default_rng((7, number))
    mask = stream.uniform(7, 9) > RADIUS
    even = stream.normal(size=mask.shape)
    spots = np.where(stream.random(mask.shape) < 0.03, 9.0, 0) + stream.normal(0, 0.1, mask.shape)
    middle = np.exp(-((RADIUS / 5) ** 2)) + stream.normal(0, 0.1, mask.shape)
    image = np.stack([even, spots, middle], axis=-1)
    maps = np.stack(maps_of(image, stream), axis=-1)
    return ExplainedCell(
        f"c{number}",
        np.where(mask[..., None], image, 0).astype(np.float32),
        mask,
        np.where(mask[..., None], maps, 0).astype(np.float32),
        0.0,
        0.0,
    )


def planted(image, stream):
    """Of the even channel, against the spots, of a bright middle, of nothing but skewed."""
    noise = stream.normal(size=(4, *RADIUS.shape))
    return [
        image[..., 0] + 0.5 * noise[0],
        -image[..., 1] + noise[1],
        np.exp(-((RADIUS / 5) ** 2)) + 0.1 * noise[2],
        np.exp(noise[3]),
    ]


MAPS = ["of even", "against spots", "bright middle", "of nothing"]


def compared_of(cells, exchanges, groups=None):
    by_id = {one.id: one for one in cells}
    return compare(by_id, list(by_id), rings(len(cells), exchanges, 3, groups), bins=5)


def table_of(cells, names=MAPS, groups=6, **changes):
    told = pd.DataFrame(
        {
            "stratum": ["low", "high"] * (len(cells) // 2),
            "group": [f"w{number % groups}" for number in range(len(cells))],
        },
        index=[one.id for one in cells],
    )
    return similarity_table(
        compared_of(cells, 4, told["group"]), told, names, IMAGES, **{**OPTIONS, **changes}
    )


@pytest.fixture(scope="module")
def table():
    return table_of([cell(number, planted) for number in range(CELLS)])


def pairs(table, measure, stratum=ALL):
    chosen = table[(table["measure"] == measure) & (table["stratum"] == stratum)]
    return chosen.set_index(["map_channel", "image_channel"])


def test_every_pair_comes_by_stratum_and_measure(table):
    assert list(table.columns) == list(SIMILARITY)
    assert len(table) == 4 * 3 * 12
    assert table["stratum"].unique().tolist() == [ALL, "low", "high"]
    assert (table["interval"] == "groups").all()
    assert (pairs(table, "spearman")["cells"] == CELLS).all()
    assert (pairs(table, "spearman", "low")["cells"] == CELLS / 2).all()


@pytest.mark.parametrize("measure", ["pearson", "spearman", "mutual_information"])
def test_planted_pairs_are_found_and_beat_other_cells(table, measure):
    found = pairs(table, measure)
    for pair in (("of even", "even"), ("against spots", "spots")):
        row = found.loc[pair]
        assert row["beats_null"]
        assert row["rank"] == 1
    row = found.loc[("of even", "even")]
    assert row["z"] > 3
    assert row["wins"] == 1
    assert row["null_wins"] < 0.6


def test_a_map_against_its_image_has_a_negative_correlation(table):
    row = pairs(table, "pearson").loc[("against spots", "spots")]
    assert row["similarity"] < -0.3
    assert row["high"] < 0


@pytest.mark.parametrize("measure", ["pearson", "spearman", "mutual_information"])
def test_what_all_nuclei_share_is_alike_and_does_not_beat_other_cells(table, measure):
    """A map that is bright in the middle looks like every channel that is, of any cell."""
    row = pairs(table, measure).loc[("bright middle", "middle")]
    assert row["similarity"] > 0.3
    assert row["null"] > 0.8 * row["similarity"]
    assert row["wins"] > 0.9
    assert row["null_wins"] > 0.9


def test_a_map_of_nothing_beats_nothing_but_the_published_measure_gives_it_to_the_spots(table):
    assert pairs(table, "mae").loc[("of nothing", "spots"), "wins"] > 0.8
    # Chance says so: other cells' spots win as often.
    assert pairs(table, "mae").loc[("of nothing", "spots"), "null_wins"] > 0.8
    for measure in ("pearson", "spearman", "mutual_information"):
        assert abs(pairs(table, measure).loc[("of nothing", "spots"), "z"]) < 1
        assert pairs(table, measure).loc[("of nothing", "spots"), "wins"] < 0.7


def test_wins_of_a_map_channel_sum_to_one(table):
    sums = table.groupby(["measure", "stratum", "map_channel"])[["wins", "null_wins"]].sum()
    np.testing.assert_allclose(sums, 1)


def test_ranks_count_image_channels(table):
    ranks = table.groupby(["measure", "stratum", "map_channel"])["rank"].apply(sorted)
    assert all(rank == [1, 2, 3] for rank in ranks)


def test_means_and_z_are_those_of_the_values():
    stream = np.random.default_rng(5)
    found, chance = stream.random((6, 4, 2, 3)), stream.random((5, 6, 4, 2, 3))
    compared = Compared(list("abcdef"), found, chance, rings(6, 5, 1))
    told = pd.DataFrame({"stratum": "low", "group": list("uvwuvw")}, index=list("abcdef"))
    table = similarity_table(compared, told, ["x", "y"], ["p", "q", "r"], **OPTIONS)
    row = pairs(table, "spearman", "low").loc[("y", "q")]
    ours, others = found[:, 1, 1, 1], chance[:, :, 1, 1, 1]
    assert row["similarity"] == pytest.approx(ours.mean())
    assert row["null"] == pytest.approx(others.mean())
    assert row["z"] == pytest.approx((ours.mean() - others.mean()) / others.std())
    assert row["excess"] == pytest.approx((ours - others.mean(axis=0)).mean())
    assert row["low"] < row["excess"] < row["high"]
    assert row["interval"] == "groups"


def test_a_map_of_zeros_is_counted_and_has_no_match():
    cells = [cell(number, lambda image, _: [image[..., 0], 0 * image[..., 0]]) for number in (0, 1)]
    table = table_of(cells, ["full", "empty"])
    rows = table[table["map_channel"] == "empty"]
    assert (pairs(rows, "spearman")["undefined"] == 2).all()
    assert rows["similarity"].isna().all()
    assert rows["wins"].isna().all()


def test_a_cell_is_never_its_own_other():
    cells = [cell(number, planted) for number in range(2)]
    compared = compared_of(cells, 5)
    assert compared.chance.shape[:2] == (1, 2)
    assert (compared.chance[0, :, 0, 0, 0] < 0.5).all()
    assert (compared.found[:, 0, 0, 0] > 0.8).all()


def test_one_cell_alone_has_no_chance_and_none_no_rows():
    one = cell(0, planted)
    told = pd.DataFrame({"stratum": ["low"], "group": ["w"]}, index=[one.id])
    tables = [
        similarity_table(compared_of(given, 2), told, MAPS, IMAGES, **OPTIONS)
        for given in ([one], [])
    ]
    rows = pairs(tables[0], "spearman")
    assert rows["null"].isna().all()
    assert rows["beats_null"].isna().all()
    assert rows["similarity"].notna().all()
    assert list(tables[1].columns) == list(SIMILARITY)
    assert tables[1].empty


def test_a_reader_that_keeps_a_few_cells_reads_hardly_any_twice():
    read = []

    @lru_cache(maxsize=4)
    def reader(number):
        read.append(number)
        return cell(number, planted)

    class Cells:
        __getitem__ = staticmethod(reader)

    compare(Cells(), range(12), rings(12, 3, 1), bins=4)
    assert set(read) == set(range(12))
    assert len(read) <= 12 + 3


def test_maps_of_nothing_beat_chance_as_seldom_as_they_should():
    """Of 400 pairs in groups of other brightness, 5 % are told of."""
    stream, count = np.random.default_rng(6), 24
    groups = np.repeat([f"w{number}" for number in range(4)], count // 4)
    others = rings(count, 5, 1, groups)
    of_map, of_image = 2 * stream.normal(size=(2, count, 4, 20, 20))
    shift = 3 * stream.normal(size=(4, 4, 20, 20)).repeat(count // 4, axis=0)
    own = of_map + of_image + shift + stream.normal(size=of_map.shape)
    chance = of_map + of_image[others] + shift + stream.normal(size=(5, *of_map.shape))
    compared = Compared(list(range(count)), own, chance, others)
    told = pd.DataFrame({"stratum": "low", "group": groups})
    names = [f"c{number:02d}" for number in range(20)]
    table = similarity_table(compared, told, names, names, **OPTIONS)
    rates = pairs(table, "pearson")["beats_null"].mean(), pairs(table, "mae")["beats_null"].mean()
    assert rates[0] == pytest.approx(0.05, abs=0.03)
    assert rates[1] == pytest.approx(0.025, abs=0.02)


def test_what_follows_the_outline_of_every_nucleus_does_not_beat_other_cells():
    """Nuclei of very different sizes, all bright in the middle and so in their maps."""

    def of_radius(number, radius):
        stream = np.random.default_rng((8, number))
        level = np.maximum(1 - RADIUS / radius, 0)
        image, scores = level + stream.normal(0, 0.1, (2, *level.shape))
        mask = level > 0
        image, scores = (
            np.where(mask, values, 0).astype(np.float32)[..., None] for values in (image, scores)
        )
        return ExplainedCell(f"c{number}", image, mask, scores, 0.0, 0.0)

    cells = [of_radius(number, 4 + 5 * number / CELLS) for number in range(CELLS)]
    compared = compared_of(cells, 8)
    own, chance = compared.found[:, :2, 0, 0].mean(axis=0), compared.chance[:, :, :2, 0, 0]
    assert (own > 0.6).all()
    np.testing.assert_allclose(chance.mean(axis=(0, 1)), own, atol=0.05)
