"""A study in the formats of other programs, read back by their own readers."""

import builtins
import subprocess
import sys

import h5py
import numpy as np
import pandas as pd
import pytest
import yaml

import nascent
from nascent.config.outline import outline_of
from nascent.config.record import plain_record
from nascent.errors import NascentError, OutputError
from nascent.export.formats import FORMATS, export
from nascent.export.ome_zarr_folder import columns_of
from nascent.files import write_table
from nascent.kinds.cells.crops.crop_store import CropWriter
from nascent.report.record import write_study_record
from nascent.study_record import FILE

SIZE = 8
CHANNELS = ["00_DAPI", "15_SON", "00_EU"]
CELLS = {"p_A01": 5, "p_01": 2}


@pytest.fixture
def study(root, tmp_path, monkeypatch):
    """A study of which crops, splits and predictions are made; one of its cells has none."""
    monkeypatch.chdir(root)
    config = yaml.safe_load((root / "config" / "config.yaml").read_text())
    config["crops"]["pixel_size"] = 0.25
    folder = tmp_path / "results" / "tiny"
    record = plain_record(outline_of(config)) | {"study": "tiny"}
    write_study_record(record, "0.1", folder / FILE)
    stream, tables = np.random.default_rng(3), []
    for part, count in CELLS.items():
        masks = np.zeros((count, SIZE, SIZE), bool)
        masks[:, 1:-1, 1:-1] = stream.random((count, SIZE - 2, SIZE - 2)) < 0.8
        images = stream.integers(1, 60000, (count, SIZE, SIZE, 3)).astype(np.uint16)
        plate, well = part.split("_")
        cells = pd.DataFrame(
            {
                "plate": plate,
                "well": well,
                "perturbation": ["normal", None, "DMSO", "normal", "DMSO"][:count],
                "area": masks.sum((1, 2)),
                **{name: 2.0 * np.arange(count) for name in ("x_min", "y_min")},
                **{name: 2.0 * np.arange(count) + 6 for name in ("x_max", "y_max")},
            },
            index=pd.Index(np.arange(count) + 10 * len(tables), name="id"),
        )
        path = folder / "crops" / f"{part}.h5"
        with CropWriter(path, channels=CHANNELS, size=SIZE, dtype=np.uint16) as store:
            store.append_crops(images * masks[..., None], masks)
            store.cells = cells
        tables.append(cells.assign(group=f"{plate}/{well}", part=part))
    cells = pd.concat(tables)
    write_table(cells.reset_index(), folder / "crops" / "cells.tsv")
    split = pd.DataFrame({"id": cells.index, "split": ["train", "test"] * 3 + ["val"]})
    write_table(split, folder / "splits" / "example" / "splits.tsv")
    told = pd.DataFrame({
        "id": cells.index[1:], "group": "g", "design": "example", "fold": "example",
        "split": "test", "model": "linear", "seed": 1, "target": "target",
        "y": 1.0, "y_hat": np.arange(6) / 3,
    })  # fmt: skip
    write_table(pd.concat([told, told.assign(model="mean")]), folder / "evaluate/predictions.tsv")
    return nascent.open_study(folder)


def crops(study):
    """Id → image, mask."""
    found = {}
    for part in CELLS:
        with nascent.open_store(study.folder / "crops" / f"{part}.h5") as store:
            for row, example_id in enumerate(store.examples.index):
                found[str(example_id)] = store[row]
    return found


def test_anndata_reads_means_table_and_predictions(study, tmp_path):
    anndata = pytest.importorskip("anndata")
    found = anndata.read_h5ad(export(study.folder, "anndata", tmp_path / "x.h5ad"))
    assert found.obs_names.tolist() == study.cells.index.astype(str).tolist()
    assert found.var_names.tolist() == CHANNELS
    for place, (image, mask) in enumerate(crops(study).values()):
        np.testing.assert_allclose(found.X[place], image[mask].mean(axis=0))
    # Names of wells are text, what is missing stays so, and floors are no models.
    assert found.obs["well"].tolist() == study.cells["well"].tolist()
    assert "01" in found.obs["well"].tolist()
    assert found.obs["perturbation"].isna().tolist() == study.cells["perturbation"].isna().tolist()
    assert [name for name in found.obs if name.startswith("y_hat")] == ["y_hat_linear_1"]
    np.testing.assert_allclose(found.obs["y_hat_linear_1"], [np.nan, *np.arange(6) / 3])
    assert found.obs["split"].tolist()[-1] == "val"
    np.testing.assert_array_equal(found.obsm["spatial"][1], [5, 5])
    assert found.uns["nascent"]["target_label"] == study.record.target.label
    assert not found.var["seen"]["00_EU"] and found.var["seen"]["15_SON"]


def test_h5sc_has_the_images_as_scportrait_lays_them_out(study, tmp_path):
    anndata = pytest.importorskip("anndata")
    path = export(study.folder, "h5sc", tmp_path / "x.h5sc")
    found = anndata.read_h5ad(path)
    assert found.var["channels"].tolist() == ["cell", *CHANNELS]
    assert found.var["channel_mapping"].tolist() == ["mask", *["image_channel"] * 3]
    assert found.obs["scportrait_cell_id"].tolist() == study.cells.index.tolist()
    told = found.uns["single_cell_images"]
    assert (told["n_cells"], told["n_masks"], told["n_image_channels"]) == (7, 1, 3)
    with h5py.File(path) as file:
        images = file["obsm/single_cell_images"]
        assert (images.dtype, images.chunks) == (np.float16, (1, 1, SIZE, SIZE))
        assert images.attrs["channel_names"].tolist() == [
            name.encode() for name in ["cell", *CHANNELS]
        ]
        for place, (image, mask) in enumerate(crops(study).values()):
            np.testing.assert_array_equal(images[place, 0], mask)
            counts = np.moveaxis(images[place, 1:].astype(float), 0, -1) * told["scale"]
            # float16 keeps 11 bits.
            np.testing.assert_allclose(counts, image, rtol=2**-11, atol=2**-24 * 60000)
            assert images[place].min() >= 0 and images[place].max() <= 1


def test_ome_zarr_has_each_crop_in_its_place_with_its_outline_and_size(study, tmp_path):
    pytest.importorskip("ome_zarr")
    from ome_zarr.io import parse_url
    from ome_zarr.reader import Reader

    path = export(study.folder, "ome-zarr", tmp_path / "x.ome.zarr")
    known = crops(study)
    for part, count in CELLS.items():
        image, *others = Reader(parse_url(path / part))()
        sheet = image.data[0].compute()
        assert image.metadata["channel_names"] == CHANNELS
        assert [axis["name"] for axis in image.metadata["axes"]] == ["c", "y", "x"]
        assert {axis.get("unit") for axis in image.metadata["axes"][1:]} == {"micrometer"}
        assert image.metadata["coordinateTransformations"][0][0]["scale"] == [1, 0.25, 0.25]
        (outlines,) = [node for node in others if node.data and "cell" in str(node.zarr)]
        labels = outlines.data[0].compute()
        properties = outlines.metadata["properties"]
        assert len(np.unique(labels)) == count + 1
        across, ids = columns_of(count), [properties[row + 1]["id"] for row in range(count)]
        for row, example_id in enumerate(ids):
            down, right = divmod(row, across)
            box = np.s_[down * SIZE : (down + 1) * SIZE, right * SIZE : (right + 1) * SIZE]
            np.testing.assert_array_equal(np.moveaxis(sheet, 0, -1)[box], known[example_id][0])
            np.testing.assert_array_equal(labels[box] == row + 1, known[example_id][1])
            assert (properties[row + 1]["row"], properties[row + 1]["column"]) == (down, right)


def test_nothing_is_overwritten_and_unknown_formats_name_the_nearest(study, tmp_path):
    pytest.importorskip("anndata")
    (tmp_path / "x.h5ad").write_text("mine")
    with pytest.raises(OutputError, match="this is there already"):
        export(study.folder, "anndata", tmp_path / "x.h5ad")
    assert (tmp_path / "x.h5ad").read_text() == "mine"
    with pytest.raises(NascentError, match=r"no format 'andata'\. Did you mean 'anndata'"):
        export(study.folder, "andata")


@pytest.mark.parametrize("to", FORMATS)
def test_without_the_library_that_writes_it_a_format_says_what_to_install(
    study, to, tmp_path, monkeypatch
):
    usual = builtins.__import__

    def without(name, *arguments, **options):
        if name.partition(".")[0] in ("anndata", "zarr", "ome_zarr"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return usual(name, *arguments, **options)

    for name in [*sys.modules]:
        if name.partition(".")[0] in ("anndata", "zarr", "ome_zarr"):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(builtins, "__import__", without)
    monkeypatch.setattr("nascent.extras.import_module", lambda name: without(name))
    with pytest.raises(NascentError, match=r"is not installed\. .*pip install 'nascent\[export\]'"):
        export(study.folder, to, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_command_says_where_the_file_is(study, tmp_path):
    pytest.importorskip("anndata")
    out = tmp_path / "x.h5ad"
    run = [sys.executable, "-m", "nascent.cli", "export"]
    done = subprocess.run(
        [*run, study.folder, "--to", "anndata", "--out", out], capture_output=True, text=True
    )
    assert (done.returncode, out.is_file()) == (0, True), done.stderr
    assert str(out) in done.stdout
    done = subprocess.run([*run, tmp_path, "--to", "h5sc"], capture_output=True, text=True)
    assert done.returncode == 1
    assert "holds no study" in done.stderr
