"""Studies that cannot be run as they stand: one message, before the first job, and no results."""

import runpy
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from snakemake.iocontainers import Namedlist as Named

from nascent.kinds.cells.simulate.options import Simulation, WellPlace
from nascent.kinds.cells.simulate.plate import simulate_well

# Each starts Snakemake.
pytestmark = pytest.mark.slow

CHANNELS = ["00_DAPI", "09_SRRM2", "15_SON", "00_EU"]
LOCAL = ("--profile", "profiles/local")
STUDY = ("--configfile", "config/measured.yaml")


@pytest.fixture
def measured(checkout):
    """A checkout with a study of two raw wells on disk."""
    for position, well in enumerate(("A01", "A02")):
        simulate_well(
            checkout.path / "raw" / well,
            WellPlace("p", well, position),
            Simulation(nuclei=4, channels=CHANNELS, mean_area=300, layout="numpy"),
            truth_path=checkout.path / "truth" / f"{well}.h5",
            cycle_path=checkout.path / "truth" / f"{well}.csv",
        )
    write(checkout)
    return checkout


def write(checkout, *, wells=("A01", "A02"), perturbations=(), **changes: object) -> None:
    config = {"study": "measured", "data": "raw", "wells": "config/raw_wells.tsv"}
    config["target"] = {"channel": "00_EU"} | changes.pop("target", {})
    config |= {"crops": {"size": 32}} | changes
    place = checkout.path / "config"
    (place / "measured.yaml").write_text(yaml.safe_dump(config))
    table = pd.DataFrame({"plate": "p", "well": wells})
    if perturbations:
        table["perturbation"] = perturbations
    table.to_csv(place / "raw_wells.tsv", sep="\t", index=False)


def classes(checkout, labels=("DMSO", "TSA"), *, column="perturbation", by="example", **more):
    """Write a study of classes."""
    target = {"task": "classes", "column": column} | more
    write(checkout, perturbations=labels, target=target, splits={"by": by})


def edit_channels(checkout, well: str, old: str, new: str) -> None:
    path = checkout.path / "raw" / well / "channels.csv"
    path.write_text(path.read_text().replace(old, new))


def rename_everywhere(checkout) -> None:
    for well in ("A01", "A02"):
        edit_channels(checkout, well, "00_EU", "00_EdU")


BAD = {
    "unknown key": (
        lambda checkout: write(checkout, trian={"models": {"linear": {}}}),
        ["measured.yaml", "unknown key 'trian'", "Did you mean 'train'?"],
    ),
    "unknown key of a model": (
        lambda checkout: write(checkout, train={"models": {"linear": {"epoch": 3}}}),
        ["train.models.linear.epoch", "Did you mean 'epochs'?"],
    ),
    "unknown architecture": (
        lambda checkout: write(checkout, train={"models": {"lineer": {}}}),
        ["train.models.lineer", "Did you mean 'linear'?"],
    ),
    "unknown method": (
        lambda checkout: write(checkout, attribute={"methods": {"maps": {"method": "oclusion"}}}),
        ["attribute.methods.maps.method", "Did you mean 'occlusion'?"],
    ),
    "unknown kind": (
        lambda checkout: write(checkout, kind="celsl"),
        ["no kind 'celsl'", "Did you mean 'cells'?"],
    ),
    "unknown task": (
        lambda checkout: write(checkout, target={"task": "clases"}),
        ["target.task", "'clases' is none of", "Did you mean 'classes'?"],
    ),
    "unknown check": (
        lambda checkout: write(checkout, explain={"sensitivty": {"draws": 1}}),
        ["unknown key 'explain.sensitivty'", "Did you mean 'sensitivity'?"],
    ),
    "task of another kind": (
        lambda checkout: write(checkout, target={"task": "reconstruction"}),
        ["target.task", "kind cells cannot do reconstruction", "it can do regression, classes"],
    ),
    "classes of a number": (
        lambda checkout: classes(checkout, column="mean_15_SON"),
        ["target.column", "'mean_15_SON' holds a number", "Did you mean a number?"],
    ),
    "too many classes": (
        lambda checkout: classes(checkout, most=1),
        ["target.column", "2 values, more than 1 classes", "Did you mean a number?"],
    ),
    "class that nothing is of": (
        lambda checkout: classes(checkout, levels=["DSMO", "TSA"]),
        ["target.levels", "nothing is of the class 'DSMO'", "Did you mean 'DMSO'?"],
    ),
    "one class": (
        lambda checkout: classes(checkout, ("TSA", "TSA")),
        ["target.column", "all are of one class, TSA", "name another column"],
    ),
    "class that only tests": (
        lambda checkout: classes(checkout, by="leave_one_group_out"),
        ["splits.by", "the class 'DMSO' is of p_A01 alone", "Split by example"],
    ),
    "unknown option of a layer": (
        lambda checkout: write(
            checkout, train={"models": {"linear": {"layers": {"poling": "average"}}}}
        ),
        ["train.models.linear.layers.poling", "Did you mean 'pooling'?"],
    ),
    "backbone larger than the crop": (
        lambda checkout: write(checkout, train={"models": {"xception": {}}}),
        ["train.models.xception", "at least 71 pixels", "these have 32 x 32"],
    ),
    "channel of a model": (
        lambda checkout: write(checkout, train={"models": {"linear": {"channels": ["15_SUN"]}}}),
        ["train.models.linear.channels", "Did you mean '15_SON'?"],
    ),
    "prediction of what is seen": (
        lambda checkout: write(
            checkout, train={"models": {"linear": {"also_predict": ["mean_15_SON"]}}}
        ),
        ["train.models.linear.also_predict", "'mean_15_SON'", "the model sees"],
    ),
    "weights": (
        lambda checkout: write(checkout, train={"models": {"linear": {"weights": "w.keras"}}}),
        ["train.models.linear.weights", "no file w.keras"],
    ),
    "unknown key of a search": (
        lambda checkout: write(checkout, tune={"linear": {"keys": {"learning_rte": [0.1]}}}),
        ["tune.linear.keys", "Did you mean 'learning_rate'?"],
    ),
    "too few wells": (
        lambda checkout: write(checkout, splits={"by": ["example", "group"]}),
        ["splits.by", "group needs at least 3 groups, there are 2"],
    ),
    "model named like a rule": (
        lambda checkout: write(checkout, train={"models": {"tune": {"architecture": "linear"}}}),
        ["train.models", "'tune' is the name of a rule"],
    ),
    "fractions": (
        lambda checkout: write(
            checkout, splits={"fractions": {"train": 0.8, "val": 0.1, "test": 0.2}}
        ),
        ["splits.fractions", "sum to 1.1"],
    ),
    "well twice": (
        lambda checkout: write(checkout, wells=("A01", "A02", "A01")),
        ["raw_wells.tsv", "p_A01 is listed twice", "rows 2 and 4"],
    ),
    "well missing": (
        lambda checkout: write(checkout, wells=("A01", "B09")),
        ["raw/B09"],
    ),
    "channels differ": (
        lambda checkout: edit_channels(checkout, "A02", "15_SON", "15_SUN"),
        ["p_A02", "p_A01", "15_SUN only here", "15_SON missing here"],
    ),
    "target missing": (
        rename_everywhere,
        ["target.channel", "no channel '00_EU'", "Did you mean '00_EdU'?"],
    ),
    "well that is no file": (
        lambda checkout: write(checkout, wells=("A01", "A/02")),
        ["raw_wells.tsv", "row 3, column 'well'", "'A/02' cannot be a well"],
    ),
    "channel like a column": (
        lambda checkout: edit_channels(checkout, "A01", "15_SON", "well"),
        ["A01/channels.csv", "a channel cannot be called 'well'", "Rename it"],
    ),
    "prediction of text": (
        lambda checkout: write(
            checkout, train={"models": {"linear": {"also_predict": ["well_name"]}}}
        ),
        ["train.models.linear.also_predict", "'well_name'", "metadata.csv holds text"],
    ),
    "path with a placeholder": (
        lambda checkout: write(checkout, crops={"size": 32, "exclude": "{left}.txt"}),
        ["crops.exclude", "'{left}.txt' has a brace", "Rename"],
    ),
    "input missing": (
        lambda checkout: write(checkout, shards={"inputs": ["00_DAPI", "09_SRRM"]}),
        ["shards.inputs", "Did you mean '09_SRRM2'?"],
    ),
}


def test_the_study_is_sound_before_it_is_spoilt(measured):
    assert measured.planned(*STUDY)["crops"] == ["p_A01", "p_A02"]


@pytest.mark.parametrize(("spoil", "told"), BAD.values(), ids=BAD)
def test_a_study_that_cannot_run_is_refused_in_one_message(measured, spoil, told):
    spoil(measured)
    refused = measured.start(*LOCAL, *STUDY)
    assert refused.returncode != 0
    assert "Traceback" not in refused.stdout
    messages = [line for line in refused.stdout.splitlines() if "Error" in line]
    assert len(messages) == 1, refused.stdout
    for words in told:
        assert words in messages[0]
    assert not (measured.path / "results").exists()


CELLS = pd.DataFrame({"id": range(60), "group": np.repeat(["p/a", "p/b", "p/c"], 20), "part": "p"})
CELLS["target"] = np.arange(60.0)


@pytest.mark.parametrize(
    ("labels", "design", "said"),
    [
        (["x"] * 30 + ["y"] * 29 + ["z"], "example", "the class 'z' has one"),
        (["x", "y"] * 20 + ["z"] * 20, "leave_one_group_out", "'z' (state) has"),
        (list(map(str, range(60))), "example", "60 values, more than 50 classes"),
        (["x", "y"] * 29 + ["x", None], "example", "(column 'state') is missing"),
    ],
    ids=["one example", "only in test", "too many", "missing"],
)
def test_classes_that_only_the_examples_show_to_be_bad_end_the_job_of_the_splits(
    root, tmp_path, monkeypatch, described, labels, design, said
):
    monkeypatch.chdir(tmp_path)
    CELLS.assign(state=labels).to_csv("cells.tsv", sep="\t", index=False)
    left_out = "p/c" if design == "leave_one_group_out" else None
    levels = sorted({label for label in labels if label})
    params = {
        "splits": {"stratify": ["group"], "select": {}},
        **{"design": design, "group": left_out, "seed": 1},
        **{"target": "state", "levels": levels, "most": 50, "factors": []},
    }
    job = described("splits", params=Named(fromdict=params))
    job.input = Named(fromdict={"cells": "cells.tsv"})
    job.output = Named(fromdict={"splits": "splits.tsv", "balance": "balance.tsv"})
    script = root / "workflow" / "scripts" / "splits.py"
    with pytest.raises(SystemExit):
        runpy.run_path(str(script), init_globals={"snakemake": job})
    log = Path("job.log").read_text()
    assert said in log and "Traceback" not in log
    assert not list(tmp_path.glob("*.tsv.part*")) and not Path("splits.tsv").exists()


def test_names_that_look_like_something_else_are_planned_as_they_are(measured):
    (measured.path / "raw" / "A01").rename(measured.path / "raw" / "1e3")
    (measured.path / "raw" / "A02").rename(measured.path / "raw" / "NA")
    for well in ("1e3", "NA"):
        for old, new in zip(CHANNELS, ["{x}", "CD3/CD4", "01", "=x"], strict=True):
            edit_channels(measured, well, old, new)
    write(
        measured,
        wells=("1e3", "NA"),
        crops={"size": 32},
        target={"channel": "=x"},
        train={"models": {"linear": {"channels": ["{x}", "CD3/CD4"]}}},
        explain={"channel_groups": {"{y}": ["{x}", "01"]}},
    )
    planned = measured.planned(*STUDY)
    assert planned["crops"] == ["p_1e3", "p_NA"]
    assert "figures_data" in planned


def test_a_dry_run_refuses_it_too(measured):
    write(measured, wells=("A01", "A02", "A01"))
    refused = measured.dry_run(*STUDY)
    assert refused.returncode != 0
    assert "p_A01 is listed twice" in refused.stdout


def test_a_pixel_that_is_no_number_ends_its_well_and_no_other(measured):
    folder = measured.path / "raw" / "A02"
    pixels = np.load(folder / "mpp.npy").astype(np.float32)
    pixels[7, 2] = np.nan
    np.save(folder / "mpp.npy", pixels)
    # Both wells' pixels are of one type, as the wells of a study are.
    write(measured, crops={"size": 32, "dtype": "float32"})

    failed = measured.snakemake("data", *LOCAL, *STUDY)
    assert failed.returncode != 0
    log = (measured.path / "logs" / "measured" / "crops" / "p_A02.log").read_text()
    assert "Traceback" not in log
    (message,) = (line for line in log.splitlines() if " ERROR " in line)
    assert "A02" in message
    assert "15_SON" in message
    assert message in failed.stdout

    made = sorted(path.name for path in (measured.results("measured") / "crops").iterdir())
    assert [name for name in made if not name.startswith(".")] == ["p_A01.h5", "p_A01.quality.tsv"]
    assert not list(Path(measured.results("measured")).rglob("*.part*"))
