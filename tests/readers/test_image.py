"""A model reads what it was trained with, and refuses anything else."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from nascent.contents import describe
from nascent.errors import StoreError
from nascent.evaluate.controls import standardised
from nascent.examples import InputSpec, TargetSpec
from nascent.files import read_json, write_json
from nascent.reader import FILE, read_reader, reader_file, write_reader
from nascent.readers.image import ImageReader
from nascent.shards.batches import Batches
from nascent.shards.normalise import Normaliser
from nascent.shards.steps import Steps
from nascent.store import open_store
from nascent.store_layout import Layout, input_path, mask_path
from nascent.store_writer import StoreWriter

STORED = InputSpec(
    "image", "yxc", (4, 5, 3), ("00_DAPI", "00_EU", "07_H2B"), measured=True, regions=("nucleus",)
)
# Numbers that no short decimal spells.
TABLE = pd.DataFrame(
    {
        "channel": STORED.features,
        "background": [1 / 3, 0.1, 7e-17],
        "percentile": [1e5 / 3, 200.0, 2**53 + 2.0],
        "mean": np.nextafter([0.1, 0.2, 0.3], 1),
        "sd": [np.pi, 5e-324, 1e300],
    }
)
STEPS = Steps(background=True, clip=99.5)


def shard(path, spec=STORED):
    target = TargetSpec("target", "regression", "", "", "target")
    with StoreWriter(path, Layout((spec,), {spec.name: np.dtype("uint16")}, (target,))) as writer:
        for seed in range(2):
            values = np.random.default_rng(seed)
            arrays = {input_path(spec.name): values.integers(0, 300, spec.shape, np.uint16)}
            for mask in spec.masks:
                arrays[mask_path(spec.name, mask)] = values.random(spec.places) < 0.8
            writer.append(arrays)
        cells = pd.DataFrame({"id": [1, 2], "group": "a", "target": [1.0, 2.0]})
        writer.examples = cells
    return path


@pytest.fixture
def reader(tmp_path):
    normaliser = Normaliser.from_table(TABLE, ["07_H2B", "00_DAPI"], STEPS)
    return ImageReader.of_shard(normaliser, shard(tmp_path / "train-00000.h5"))


@pytest.mark.parametrize("clip", [99.5, None])
def test_a_reader_comes_back_equal_to_the_bit(reader, tmp_path, clip):
    if clip is None:
        reader = replace(reader, percentile=None, steps=replace(reader.steps, clip=None))
    write_reader([reader], tmp_path / FILE)
    for place in (tmp_path, tmp_path / FILE):
        (again,) = read_reader(place).inputs
        assert again == reader
        # -0.0 equals 0.0, and a float of NumPy the one of Python.
        assert repr(again) == repr(reader)


def test_the_specification_is_that_of_the_models_input(reader):
    assert reader.spec.features == ("07_H2B", "00_DAPI")
    assert reader.spec.shape == (4, 5, 2)
    assert reader.stored == STORED


def test_a_reader_gives_what_the_normaliser_of_the_training_gave(reader, tmp_path):
    write_reader([reader], tmp_path / FILE)
    normaliser = Normaliser.from_table(TABLE, ["07_H2B", "00_DAPI"], STEPS)
    for change in (lambda same: same, standardised):
        theirs = next(iter(Batches([tmp_path / "train-00000.h5"], change(normaliser))))
        ours = next(
            iter(Batches([tmp_path / "train-00000.h5"], change(read_reader(tmp_path).inputs[0])))
        )
        assert ours.inputs["image"].tobytes() == theirs.inputs["image"].tobytes()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"features": ("00_DAPI", "00_EU", "07_H2A")},
            r"features \(00_DAPI, 00_EU, 07_H2A\), and the model .* \(00_DAPI, 00_EU, 07_H2B\)",
        ),
        ({"features": ("00_EU", "00_DAPI", "07_H2B")}, r"features \(00_EU, 00_DAPI, 07_H2B\)"),
        ({"shape": (4, 6, 3)}, r"shape \(4, 6, 3\), and the model was trained with \(4, 5, 3\)"),
        ({"axes": "zyc"}, "axes zyc, and the model was trained with yxc"),
        ({"name": "stack"}, "name stack, and the model was trained with image"),
        ({"measured": False}, "measured False, and the model was trained with True"),
        ({"regions": ("cell",)}, r"regions \(cell\), and the model was trained with \(nucleus\)"),
    ],
)
def test_examples_unlike_those_of_the_training_are_refused_and_both_are_named(
    reader, tmp_path, changes, said
):
    other = shard(tmp_path / "other.h5", replace(STORED, **changes))
    with pytest.raises(StoreError, match=f"other.h5: its examples have {said}"):
        Batches([other], reader)
    with pytest.raises(StoreError, match=said), open_store(other) as store:
        standardised(reader).refuse_other(store)


def test_further_regions_are_no_matter(reader, tmp_path):
    other = shard(tmp_path / "other.h5", replace(STORED, regions=("nucleus", "cell")))
    assert len(Batches([other], reader).examples) == 2


def test_a_reader_of_a_shard_with_other_channels_is_refused(tmp_path):
    normaliser = Normaliser.from_table(TABLE.iloc[:2], ["00_DAPI"], STEPS)
    with pytest.raises(StoreError, match=r"train.h5: its channels are not those of the channel"):
        ImageReader.of_shard(normaliser, shard(tmp_path / "train.h5"))


def test_features_that_are_not_the_normalised_channels_are_refused(reader):
    other = replace(reader.spec, features=("00_DAPI", "07_H2B"))
    with pytest.raises(StoreError, match=r"00_DAPI, 07_H2B are not .* channels 07_H2B, 00_DAPI"):
        replace(reader, spec=other)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda plain: plain | {"format": "card"}, "no reader of a model .format: card"),
        (lambda plain: plain | {"version": 3}, "version 3, this nascent reads 2"),
        (lambda plain: {"format": plain["format"], "version": 2}, "missing or malformed .*targets"),
        (lambda plain: plain | {"inputs": [{"reader": "imgae"}]}, "Did you mean 'image'"),
        (lambda plain: plain | {"inputs": [{"reader": "image"}]}, "missing or malformed .*spec"),
    ],
)
def test_a_file_that_is_no_reader_is_refused(reader, tmp_path, change, said):
    path = tmp_path / FILE
    write_reader([reader], path)
    write_json(change(read_json(path)), path)
    with pytest.raises(StoreError, match=f"{FILE}: .*{said}"):
        read_reader(path)


def test_a_model_without_a_reader_is_refused(tmp_path):
    with pytest.raises(StoreError, match=r"reader.json: there is no such file.*Train the model"):
        read_reader(tmp_path)
    (tmp_path / FILE).touch()
    with pytest.raises(StoreError, match=r"reader.json: this is no JSON"):
        read_reader(tmp_path)


def test_what_a_model_reads_is_told(reader, tmp_path):
    write_reader([reader], tmp_path / FILE)
    assert describe(tmp_path) == describe(tmp_path / FILE)
    lines = describe(tmp_path)
    assert "input image: 4 x 5 x 2 (yxc), float32, masks: measured, nucleus" in lines
    assert "made by: reader image, of 3 features of a store" in lines
    assert any("background True, clip 99.5, scale False" in line for line in lines)
    assert lines[-2:] == ["  0 07_H2B", "  1 00_DAPI"]


def test_a_reader_is_found_by_its_name(reader):
    assert reader_file(reader.name).stem == "image"
