"""A study of six cells whose pixels and scores are known, as the explorer takes it."""

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from nascent.attribute.map_writer import write_maps
from nascent.attribute.maps import MapSource
from nascent.attribute.results import Attributions
from nascent.evaluate.verdicts import BEATS
from nascent.explain.exports.h5ad import write_h5ad
from nascent.explain.exports.scores import channel_scores
from nascent.explain.standing import DEPENDS, FAILS, OPEN, PASSES
from nascent.files import write_table
from nascent.kind import Words, kind_of
from nascent.kinds.cells.crops.crop_store import CropWriter
from nascent.provenance import file_digest
from nascent.report.explorer.stage import About, Explanation, Limits, write_explorer
from nascent.words import speaking

SIZE = 14
CHANNELS = ["DAPI", "EU", "SON", "a <b> & 'c'"]
INPUTS = ["DAPI", "SON", "a <b> & 'c'"]
IDS = [7, 12, 3, 40, 5, 21]
TARGETS = [310.0, 290.0, 420.0, 350.0, 500.0, 180.0]
STRATA = ["medium", "low", "high", "medium", "high", "low"]
WELLS = ["A01", "A01", "A02", "A02", "B</script>", "A01"]
SHARDS = [(0, 4), (4, 6)]
# Model, method, function of the method, axes, whether scores have both signs.
EXPLAINED = [
    ("cnn", "ig", "integrated_gradients", "entry", True),
    ("cnn", "vargrad", "vargrad", "entry", False),
    ("cnn", "cam", "grad_cam", "place", False),
    ("linear", "ig", "integrated_gradients", "entry", True),
    ("linear", "ablation", "channel_ablation", "feature", True),
]
CELLS = kind_of("cells")
ABOUT = [field.name for field in fields(About)]
LIMITS = Limits(cells=6, channels=3, megabytes=5, edge=None, seed=1)


@dataclass(frozen=True)
class Study:
    """Where the study lies, and its truth: images, masks, maps by (model, method)."""

    folder: Path
    images: np.ndarray
    masks: np.ndarray
    maps: dict[tuple[str, str], np.ndarray]
    predictions: dict[str, np.ndarray]
    shards: list[Path]
    explanations: list[Explanation]

    def write(self, name: str = "explorer.html", words: Words = CELLS.words, **changes) -> Path:
        """Write the page and return its path."""
        said = {
            "study": "tiny",
            "labels": {"target": "transcription rate (counts)"},
            "factors": CELLS.factors,
            "batches": CELLS.batches,
            "hidden": "EU",
        }
        said |= {key: changes.pop(key) for key in list(changes) if key in ABOUT}
        options = {"limits": LIMITS, "record": {"stage": "report"}} | changes
        explanations = options.pop("explanations", self.explanations)
        with speaking(words.plain()):
            write_explorer(explanations, self.shards, self.folder / name, About(**said), **options)
        return self.folder / name


def masks_of(stream: np.random.Generator) -> np.ndarray:
    """Ellipses of different sizes and places, none filling its crop."""
    rows, columns = np.mgrid[:SIZE, :SIZE]
    masks = []
    for _ in IDS:
        middle, half = stream.uniform(5, 8, 2), stream.uniform(2.5, 5, 2)
        away = ((rows - middle[0]) / half[0]) ** 2 + ((columns - middle[1]) / half[1]) ** 2
        masks.append(away <= 1)
    return np.array(masks)


@pytest.fixture(scope="session")
def study(tmp_path_factory) -> Study:
    """The study on disk: shards, maps, tables, channel scores."""
    folder = tmp_path_factory.mktemp("explorer")
    stream = np.random.default_rng(8)
    masks = masks_of(stream)
    images = stream.gamma(3, 60, (len(IDS), SIZE, SIZE, 4)).astype(np.uint16) + 100
    images *= masks[..., None]
    cells = pd.DataFrame(
        {
            "id": IDS,
            "plate": "p",
            "well": WELLS,
            "cell_cycle": ["G1", "S", None, "G1", "G2", "S"],
            "area": masks.sum(axis=(1, 2)),
            "target": TARGETS,
        }
    )
    write_table(cells, folder / "cells.tsv")
    explained = pd.DataFrame({"id": IDS, "split": "test", "stratum": STRATA})
    write_table(explained, folder / "explained.tsv")
    attention = pd.DataFrame(
        {
            "id": IDS * 2,
            "region": ["nucleus"] * 6 + ["rim"] * 6,
            "share": np.linspace(0.1, 0.65, 12),
        }
    )
    write_table(attention, folder / "attention.tsv")
    shards = []
    for number, (first, last) in enumerate(SHARDS):
        path = folder / f"test-{number:05d}.h5"
        with CropWriter(path, channels=CHANNELS, size=SIZE, dtype=np.uint16) as store:
            store.append_crops(images[first:last], masks[first:last])
            store.cells = cells[first:last].set_index("id")
        shards.append(path)
    maps, predictions, explanations = {}, {}, []
    for model, method, kind, axes, both in EXPLAINED:
        shape = {"entry": (SIZE, SIZE, 3), "place": (SIZE, SIZE, 1), "feature": (1, 1, 3)}[axes]
        scores = (
            stream.standard_t(4, (len(IDS), *shape)).astype(np.float32) * [1, 3, 2][-shape[2] :]
        )
        scores = scores if both else np.abs(scores)
        maps[model, method] = (scores * masks[..., None] if axes != "feature" else scores).astype(
            np.float32
        )
        fit = predictions.setdefault(model, np.array(TARGETS) + stream.normal(0, 30, len(IDS)))
        files = []
        for number, (first, last) in enumerate(SHARDS):
            part = slice(first, last)
            made = Attributions(
                maps[model, method][part],
                fit[part],
                np.full(last - first, 300.0),
                fit[part] / 1000,
                np.full(last - first, 30),
                np.arange(first, last) != 1,
            )
            files.append(folder / f"{model}-{method}-{number}.h5")
            source = MapSource(
                tuple(INPUTS),
                kind,
                {"steps": 30},
                1,
                f"{model} digest",
                file_digest(shards[number]),
                axes,
            )
            write_maps(files[-1], made, ids=IDS[part], masks=masks[part], source=source)
        scores = channel_scores(
            files,
            folder / "cells.tsv",
            folder / "explained.tsv",
            model=model,
            seed=1,
            method=method,
            checks={"attention": folder / "attention.tsv"},
        )
        write_h5ad(scores, folder / f"{model}-{method}.h5ad")
        explanations.append(Explanation(folder / f"{model}-{method}.h5ad", files))
    return Study(folder, images, masks, maps, predictions, shards, explanations)


class Spots:
    """What was planted: in each cell the two middle rows of its mask."""

    def mask(self, example_id, measured, channels=None):
        rows = np.flatnonzero(measured.any(axis=1))
        planted = np.zeros_like(measured)
        planted[rows[len(rows) // 2] : rows[len(rows) // 2] + 2] = True
        return planted & measured


@pytest.fixture(scope="session")
def planted() -> Spots:
    """What was planted in the cells of the study."""
    return Spots()


@pytest.fixture(scope="session")
def standings() -> pd.DataFrame:
    """What checks say of the explanations of `cnn`: the second passes, the first fails."""
    rows = [
        (1, "cnn", "vargrad", PASSES, BEATS, DEPENDS, ""),
        (2, "cnn", "cam", OPEN, BEATS, OPEN, "Cannot tell of cam."),
        (3, "cnn", "ig", FAILS, BEATS, "", "Maps by ig do not depend on the model."),
    ]
    names = ["place", "model", "method", "standing", "model_verdict", "maps_verdict", "sentence"]
    return pd.DataFrame(rows, columns=names)


@pytest.fixture(scope="session")
def verdicts() -> pd.DataFrame:
    """How well `cnn` predicts."""
    row = {"model": "cnn", "n": 371, "groups": 12, "mae": 29.5, "r2": 0.84, "difference": -15.5}
    row |= {"r2_low": 0.75, "r2_high": 1.25, "r2_low_groups": np.nan, "r2_high_groups": np.nan}
    return pd.DataFrame([row | {"best_floor": "ols", "verdict": BEATS}])
