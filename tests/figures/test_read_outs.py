"""Figures of the read-outs: similarity, clusters, regions, trends, panels, single cells."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from nascent.errors import AttributionError
from nascent.figures import clusters, importance, panels, regions, similarity, trend
from nascent.figures.single_cells import shown, typical, whole

RNG = np.random.default_rng(0)


def make_similarity(channels, strata=("low", "medium", "high")):
    rows = []
    for stratum in ("all", *strata):
        for measure in ("pearson", "spearman", "mae"):
            wins = RNG.dirichlet(np.full(len(channels), 0.3), len(channels))
            for a, of_map in zip(channels, wins, strict=True):
                for b, share in zip(channels, of_map, strict=True):
                    rows.append((stratum, measure, a, b, 40, share, 1 / len(channels)))
    columns = ["stratum", "measure", "map_channel", "image_channel", "cells", "wins", "null_wins"]
    return pd.DataFrame(rows, columns=columns)


def make_clusters(channels, groups):
    place = np.asarray(groups)
    table = pd.DataFrame({"channel": channels, "cluster": place + 1.0, "stability": 0.9})
    table = table.assign(null_stability=0.6, clusters=place.max() + 1, silhouette=0.4)
    table = table.assign(p=0.001, beats_null=True)
    first, second = np.triu_indices(len(channels), 1)
    names = np.asarray(channels)
    distances = pd.DataFrame({"channel": names[first], "other": names[second]})
    same = place[first] == place[second]
    return table, distances.assign(
        distance=np.where(same, 0.3, 0.95) + 0.01 * RNG.random(len(first)),
        null_distance=1.0,
        together=np.where(same, 1.0, 0.1),
    )


def make_regions(channels):
    rows = []
    for region in ("nucleoli", "speckles"):
        for stratum in ("all", "low"):
            for channel in ("all", *channels):
                value = RNG.uniform(0.5, 3)
                beats = str(value > 1)
                ends = (value - 0.1, value + 0.1)
                over = (ends[0] - 1, ends[1] - 1)
                rows.append((region, stratum, channel, 0.1, value, *ends, 1, *over, beats))
    columns = ["region", "stratum", "channel", "area", "enrichment", "low", "high", "null"]
    return pd.DataFrame(rows, columns=[*columns, "excess_low", "excess_high", "beats_null"])


def make_trend(channels, seeds=(1,)):
    value = np.linspace(0.6, -0.6, len(channels))
    words = np.select([value > 0.3, value < -0.3], ["rises", "falls"], "none")
    parts = [
        pd.DataFrame(
            {
                "channel": channels,
                "within_groups": value + 0.01 * seed,
                "low": value - 0.2,
                "high": value + 0.2,
                "null_low": -0.25,
                "null_high": 0.25,
                "slope": value / 100,
                "trend": words,
            }
        )
        for seed in seeds
    ]
    return pd.concat(parts)


@pytest.fixture(params=["channels_7", "channels_38"])
def channels(request, make):
    return getattr(make, request.param)


def test_similarity_shows_the_most_frequent_matches_by_stratum_beside_chance(channels, make):
    table = make_similarity(channels)
    figure = similarity.draw(table, shown=5)
    assert f"5 of {len(channels)}" in figure.get_supxlabel()
    assert similarity.draw(table, shown=99).get_supxlabel() == "image of"
    panels_ = [axes for axes in figure.axes if axes.images and axes.images[0].get_gid()]
    titles = ["low (n = 40)", "medium (n = 40)", "high (n = 40)", "other cells' images"]
    assert [axes.get_title(loc="left") for axes in panels_] == titles
    rows = table[table["measure"] == "spearman"]
    best = similarity.most_frequent(rows, 5)
    assert best == [name for name in channels if name in best], "in the order of the rows"
    sums = rows[rows["stratum"] == "all"].groupby("image_channel")["wins"].sum()
    assert set(best) == set(sums.sort_values().index[-5:])
    low = rows[rows["stratum"] == "low"].pivot(
        index="map_channel", columns="image_channel", values="wins"
    )
    expected = 100 * low.loc[channels, best].to_numpy()
    np.testing.assert_allclose(panels_[0].images[0].get_array(), expected)
    np.testing.assert_allclose(panels_[3].images[0].get_array(), 100 / len(channels))
    assert not make.cut_off(figure)


def test_clusters_show_how_alike_maps_are_and_how_stable_each_cluster_is(make):
    channels = make.channels_7
    table, distances = make_clusters(channels, [0, 1, 0, 1, 2, 2, 0])
    figure = clusters.draw(table, distances)
    middle = figure.axes[1]
    order = [label.get_text() for label in middle.get_yticklabels()]
    (image,) = middle.images
    found = image.get_array()
    pair = distances.set_index(["channel", "other"])
    for i, first in enumerate(order):
        for j, second in enumerate(order[i + 1 :], start=i + 1):
            key = (first, second) if (first, second) in pair.index else (second, first)
            assert found[i, j] == found[j, i] == pytest.approx(1 - pair.loc[key, "distance"])
    # A cluster stands together: three frames, each around a run of the order.
    assert len([patch for patch in middle.patches if patch.get_gid() == "cluster"]) == 3
    assert [bar.get_width() for bar in figure.axes[2].patches] == [0.9] * 7
    assert not make.cut_off(figure)


@pytest.mark.parametrize("beats", [True, False, None])
def test_the_verdict_fits_over_few_channels(make, beats):
    table, distances = make_clusters(make.channels_7, [0, 1, 0, 1, 2, 2, 0])
    assert not make.cut_off(clusters.draw(table.assign(p=0.0005, beats_null=beats), distances))


def test_clusters_of_many_channels_fit(make):
    groups = np.arange(38) % 4
    assert not make.cut_off(clusters.draw(*make_clusters(make.channels_38, groups)))


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ((0.4, 0.0005, True), "beyond chance (p = 0.0005)"),
        ((0.4, 0.5, "False"), "No groups"),
        ((0.4, 0.01, None), "too few wells"),
    ],
)
def test_clusters_say_whether_there_are_any(row, words):
    names = ["silhouette", "p", "beats_null"]
    told = pd.Series([3, *row], index=["clusters", *names], dtype=object)
    assert words in clusters.verdict(told)


def test_regions_have_a_panel_each_with_all_channels_on_top(channels, make):
    table = make_regions(channels)
    figure = regions.draw(table)
    assert figure.axes[0].get_xlim() == figure.axes[1].get_xlim()
    for axes, name in zip(figure.axes, ("nucleoli", "speckles"), strict=True):
        labels = [label.get_text() for label in axes.get_yticklabels()]
        assert labels[0] == "all channels"
        rows = table[(table["region"] == name) & (table["stratum"] == "all")].set_index("channel")
        (points,) = [each for each in axes.collections if each.get_gid() == "enrichment"]
        found = points.get_offsets()[:, 0]
        told = np.where(found > 1.1, "more", np.where(found < 0.9, "less", "neither"))
        colours = [to_hex(colour).upper() for colour in points.get_facecolors()]
        assert colours == [regions.COLOURS[word] for word in told]
        assert found[0] == pytest.approx(rows.loc["all", "enrichment"])
        assert (np.diff(found[1:]) <= 0).all()
    assert not make.cut_off(figure)


def test_trends_are_sorted_and_coloured_by_what_is_told(channels, make):
    figure = trend.draw(make_trend(channels), label="transcription rate (counts)")
    (axes,) = figure.axes
    assert [label.get_text() for label in axes.get_yticklabels()] == channels
    points = {line.get_gid(): line.get_xdata() for line in axes.lines if line.get_gid()}
    assert (points["rises"] > 0.3).all()
    assert (points["falls"] < -0.28).all()
    assert sum(map(len, points.values())) == len(channels)
    assert not make.cut_off(figure)


def test_every_kind_of_trend_and_a_long_label_fit(channels, make):
    table = make_trend(channels)
    table.loc[table["channel"] == channels[0], "trend"] = "cannot tell"
    label = "transcription rate, mean nuclear EU (counts)"
    assert not make.cut_off(trend.draw(table, label=label))


def test_seeds_that_disagree_tell_of_no_trend():
    table = make_trend(["a", "b", "c"], seeds=(1, 2))
    table.loc[(table["channel"] == "a") & (table["within_groups"] > 0.615), "trend"] = "none"
    found = trend.over_seeds(table).set_index("channel")
    assert found["trend"].to_dict() == {"a": "none", "b": "none", "c": "falls"}
    assert found.loc["a", "within_groups"] == pytest.approx(0.615)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (["more", "less"], "More of the map than by chance lies on speckles, less on nucleoli"),
        (["less", "neither"], "Less of the map than by chance lies on speckles"),
        (["neither", "neither"], "No region is shown to hold"),
    ],
)
def test_regions_say_what_gets_more_and_what_less(told, said):
    rows = pd.DataFrame({"region": ["speckles", "nucleoli"], "told": told})
    assert regions.headline(rows).startswith(said)


def test_trends_say_which_shares_change():
    words = ["rises", "none", "falls", "falls", "cannot tell"]
    table = pd.DataFrame({"channel": list("abcde"), "trend": words})
    said = "The share of a rises and those of c and d fall with the rate"
    assert trend.headline(table, "rate") == said
    assert "No channel's share" in trend.headline(table.assign(trend="none"), "rate")


def test_similarity_counts_maps_that_look_like_their_own_channel():
    rows = [("a", "a", 0.6, 0.5), ("a", "b", 0.4, 0.5), ("b", "a", 0.7, 0.5), ("b", "b", 0.3, 0.5)]
    table = pd.DataFrame(rows, columns=["map_channel", "image_channel", "wins", "null_wins"])
    table = table.assign(stratum="all")
    assert similarity.headline(table).startswith("1 of 2 maps looks most like the image of its own")


@pytest.mark.parametrize(
    ("draw", "table"),
    [
        (lambda table: similarity.draw(table, shown=3), make_similarity([])),
        (lambda table: clusters.draw(table, make_clusters(["a"], [0])[1]), None),
        (regions.draw, make_regions([])[:0]),
        (lambda table: trend.draw(table, label="rate"), make_trend([])),
    ],
    ids=["similarity", "clusters", "regions", "trend"],
)
def test_nothing_to_show_is_said(draw, table):
    table = make_clusters(["a"], [0])[0] if table is None else table
    (axes,) = draw(table).axes
    assert axes.texts[0].get_text()


def test_a_thin_line_is_that_of_random_weights_and_hollow_points_do_not_beat_it(make):
    table = make.importance(["a", "b"], [1], {"low": 9, "high": 5})
    table["beats_null"] = np.where(table["channel"] == "a", "True", "False")
    table = table.assign(null_low=0.3, null_high=0.4)
    (axes,) = importance.draw(table).axes
    nulls = [line for line in axes.lines if line.get_gid() == "null"]
    assert [line.get_xdata() for line in nulls] == [pytest.approx([30, 40])] * 2
    # It stands below the points of its channel, and no filled patch could be read as a bar.
    lowest = max(y for line in axes.lines if line.get_gid() == "high" for y in line.get_ydata()[:1])
    assert nulls[0].get_ydata()[0] > lowest
    assert not axes.collections or all(not each.get_facecolor().size for each in axes.collections)
    hollow = [line for line in axes.lines if line.get_color() == "white"]
    assert [len(line.get_xdata()) for line in hollow if len(line.get_xdata())] == [1, 1]


def test_importance_of_other_strata_than_low_and_high_is_drawn(make):
    table = make.importance(["a", "b", "c"], [1], {"G1": 9, "S": 5, "G2": 4, "unknown": 3})
    (axes,) = importance.draw(table.assign(aggregate="absolute")).axes
    assert {line.get_gid() for line in axes.lines} >= {"G1", "S", "G2", "unknown"}


def test_panels_of_other_cells_are_refused(make):
    examples, maps = make.examples(2, ["a"], 8)
    with pytest.raises(AttributionError, match="shape"):
        panels.draw(examples, maps[:1, ..., 0])
    examples, maps = make.examples(0, ["a"], 8)
    (axes,) = panels.draw(examples, maps[..., 0]).axes
    assert "no maps" in axes.texts[0].get_text()


def opened(examples, maps, channels):
    cells = examples.cells
    store = SimpleNamespace(channels=examples.channels, examples=cells)
    source = SimpleNamespace(input="image")
    read = SimpleNamespace(channels=channels, cells=cells, source=source)

    class Store(SimpleNamespace):
        def __getitem__(self, index):
            return examples.images[index], examples.masks[index]

    class Maps(SimpleNamespace):
        def __getitem__(self, index):
            return maps[index]

    return Store(**vars(store)), Maps(**vars(read))


def told(examples, **shares):
    return examples.cells[["target"]].assign(
        stratum=["low", "high", "high"], prediction=1.0, total=8.0, **shares
    )


def test_single_cells_are_the_typical_ones_of_any_strata(make):
    cells = make.examples(3, ["a"], 8)[0].cells.assign(stratum=["S", "G1", "G1"])
    first, second, third = cells.index
    assert typical(cells, 1) == [second, first]
    assert typical(cells, 2) == [second, third, first]


def test_typical_cells_are_nearest_to_the_median_of_their_stratum():
    # The mean of the low cells, 20, is nearest to 4, their median is 3.
    cells = pd.DataFrame({"target": [1.0, 2, 3, 4, 90, 150, 151, 152]}, index=list("abcdefgh"))
    cells["stratum"] = ["low"] * 5 + ["high"] * 3
    assert typical(cells, 1) == ["c", "g"]
    assert typical(cells, 2) == ["c", "b", "g", "f"]


def test_a_map_of_places_is_shown_once_a_cell(make):
    examples, maps = make.examples(3, ["a", "b"], 8)
    store, read = opened(examples, maps[..., :1], ["all"])
    found = whole([store], [read], told(examples), ["a", "b"], groups={})
    assert found.maps.shape == (2, 8, 8) and found.target is None
    np.testing.assert_allclose(found.maps[0], np.where(found.examples.masks[0], maps[0, ..., 0], 0))


def test_whole_maps_are_sums_over_all_channels_and_duplicates_are_shown_once(make):
    examples, maps = make.examples(3, ["a", "b", "c", "d", "t"], 8)
    store, read = opened(examples, maps[..., :4], ["a", "b", "c", "d"])
    cells = told(examples, a=0.4, b=0.3, c=0.2, d=0.1)
    groups = {"a+b": ["a", "b"]}
    found = whole([store], [read], cells, ["a", "b", "c", "d"], groups=groups, target="t")
    assert found.examples.channels == ["a", "c", "d"]
    mask = found.examples.masks[0]
    np.testing.assert_allclose(found.maps[0][mask], maps[0, ..., :4].sum(axis=-1)[mask], rtol=1e-6)
    np.testing.assert_array_equal(found.target[0], examples.images[0, ..., 4])


def test_channels_beyond_those_shown_are_left_out_by_name(make):
    examples, maps = make.examples(3, ["a", "b", "c"], 8)
    store, read = opened(examples, maps, ["a", "b", "c"])
    cells = told(examples, a=0.2, b=0.5, c=0.3)
    found = shown([store], [read], cells, ["a", "b", "c"], per_stratum=1, channels=1)
    assert (found.examples.channels, found.left_out) == (["b"], ["c", "a"])


def test_a_channel_that_shares_its_name_with_another_input_keeps_its_map_and_share(make):
    examples, maps = make.examples(3, ["a", "b"], 8)
    store, read = opened(examples, maps, ["a", "b"])
    cells = told(examples, **{"image.a": 0.2, "b": 0.3, "columns.a": 0.5})
    found = shown([store], [read], cells, ["a", "b"], per_stratum=1, channels=2)
    assert found.examples.channels == ["b", "a"]
    np.testing.assert_allclose(found.shares, [[0.3, 0.2]] * 2)


def test_a_number_a_channel_fills_the_nucleus_and_keeps_its_share(make):
    examples, _ = make.examples(3, ["a", "b"], 8)
    numbers = np.tile(np.array([2.0, -6.0], np.float32), (3, 1, 1, 1))
    store, read = opened(examples, numbers, ["a", "b"])
    cells = told(examples, a=0.25, b=0.75)
    found = shown([store], [read], cells, ["a", "b"], per_stratum=1, channels=2)
    assert found.examples.channels == ["b", "a"]
    mask = found.examples.masks[0]
    assert (found.maps[0][mask] == [-6, 2]).all()
    assert (found.maps[0][~mask] == 0).all()
    np.testing.assert_array_equal(found.shares, [[0.75, 0.25]] * 2)
