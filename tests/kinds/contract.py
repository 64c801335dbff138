"""What every kind of data keeps: from its examples on disk to the report of a small study of it.

A kind is added to `STUDIES` by the config of a study that is as small as can be.
"""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import yaml
from checkouts import CONFIG, Checkout, run_once, shared_folder

import nascent.kinds
from nascent import provenance
from nascent.attribute.maps import open_maps
from nascent.attribute.method import known_methods
from nascent.attribute.stage import attribute_shard
from nascent.config.attribution import Method
from nascent.config.checks import check_study
from nascent.config.sections import Study
from nascent.errors import AttributionError
from nascent.evaluate.floor_predictions import floors_of
from nascent.explain.checks import CHECKS, checks_of
from nascent.figures.table import figures_of
from nascent.files import read_table
from nascent.kind import FOLDERS, kind_of, known_kinds, module_of
from nascent.reader import read_reader
from nascent.shards.batches import Batches
from nascent.shards.digest import content_digest
from nascent.shards.plan import all_shards, shards_of
from nascent.splits.fractions import SPLITS
from nascent.store import open_store
from nascent.store_writer import StoreWriter
from nascent.task import task_of

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
TOY = HERE / "toy"
STUDIES = {
    "tiny": CONFIG,
    **{
        config["study"]: config
        for config in (yaml.safe_load(path.read_text()) for path in sorted(TOY.glob("*.yaml")))
    },
}
"""Name → config of the smallest study of a kind and task."""


FEW = {"steps": 2, "samples": 1, "references": 2, "batch_size": 64}
"""Options of methods that set how long they take."""


@dataclass(frozen=True)
class Ran:
    """A study that has run to its end.

    Attributes
    ----------
    checkout
        Where it ran; do not change it.
    name
        Of the study.
    study
        Its checked config.
    """

    checkout: Checkout
    name: str
    study: Study

    @property
    def local(self) -> tuple[str, ...]:
        return ("--profile", "profiles/local", "--configfile", f"config/{self.name}.yaml")

    @property
    def stage(self) -> str:
        return kind_of(self.study.kind).first_stage

    def results(self, *parts: str) -> Path:
        return self.checkout.results(self.name).joinpath(*parts)

    @property
    def stores(self) -> list[Path]:
        return sorted(self.results(self.stage).glob("*.h5"))

    @property
    def fold(self) -> str:
        return self.study.splits.designs[0]

    @property
    def manifest(self) -> Path:
        return self.results("shards", self.fold, "shards.tsv")

    def model(self, name: str = "linear") -> Path:
        return self.results("train", name, self.fold, "1", "model.keras")


@pytest.fixture(scope="module", autouse=True)
def kinds():
    """The toy kind is known here, and to no other test of this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(FOLDERS, "")
        patch.setattr(nascent.kinds, "__path__", [*nascent.kinds.__path__])
        kind_of(str(TOY))
        yield


# Classes are another task of a kind whose study of numbers runs always.
PARAMS = [
    pytest.param(name, marks=[pytest.mark.nightly] if name == "toy_classes" else [])
    for name in STUDIES
]


@pytest.fixture(scope="module", params=PARAMS)
def ran(request, unrun, tmp_path_factory, worker_id, kinds) -> Ran:
    """The study of a kind, run once."""
    name = request.param
    config = STUDIES[name]
    study = check_study(config | {"kind": Path(config.get("kind", "cells")).name})
    if name == "tiny":
        return Ran(request.getfixturevalue("finished"), name, study)
    place = shared_folder(tmp_path_factory, worker_id) / name
    unrun = unrun.clone(tmp_path_factory.mktemp(name) / "nascent")
    (unrun.path / "config" / f"{name}.yaml").write_text(yaml.safe_dump(STUDIES[name]))
    return Ran(run_once(unrun, name, place), name, study)


def test_every_kind_has_a_study():
    known = {Path(config.get("kind", "cells")).name for config in STUDIES.values()}
    assert known == set(known_kinds())


def test_a_store_holds_what_its_kind_says_and_comes_back_whole(ran, tmp_path, monkeypatch):
    monkeypatch.chdir(ran.checkout.path)
    parts = module_of(ran.study.kind, "parts")
    table = parts.parts(ran.study)
    assert [path.stem for path in ran.stores] == sorted(table.index)
    seen = {one.name: one for one in parts.inputs(ran.study, parts.features(ran.study, table))}
    with open_store(ran.stores[0]) as store:
        assert {one.name for one in store.inputs} == set(seen)
        for one in store.inputs:
            assert one.places == seen[one.name].places
            assert set(seen[one.name].features) <= set(one.features)
        assert len(store) == parts.counts(ran.study, table)[ran.stores[0].stem]
        with StoreWriter(tmp_path / "again.h5", store.layout, codec="gzip") as writer:
            for row in range(len(store)):
                writer.append({path: store.array(path, row) for path in store.layout.forms})
            writer.examples = store.examples
        with open_store(tmp_path / "again.h5") as again:
            assert content_digest(again) == content_digest(store)


def test_every_example_is_in_one_split_and_in_batches_as_a_model_reads_them(ran):
    examples = read_table(ran.results(ran.stage, "cells.tsv"), required=["id"])
    splits = read_table(ran.results("splits", ran.fold, "splits.tsv"), required=["id", "split"])
    assert sorted(splits["id"]) == sorted(examples["id"])
    assert set(splits["split"]) == set(SPLITS)
    reader = read_reader(ran.model().parent)
    batches = Batches(all_shards(ran.manifest), reader, batch_size=16, target=None)
    assert sorted(map(str, batches.cells.index)) == sorted(examples["id"].astype(str))
    for batch in batches:
        for spec in reader.specs:
            assert batch.inputs[spec.name].shape == (len(batch), *spec.shape)
            assert np.isfinite(batch.inputs[spec.name]).all()


def test_models_are_measured_on_the_test_examples_with_floors_beside_them(ran):
    task = task_of(ran.study.target.task)
    comparison = read_table(ran.results("evaluate", "comparison.tsv"))
    floors = kind_of(ran.study.kind).floors[task.name]
    assert set(floors) <= set(floors_of(ran.study.kind)[task.name])
    assert {*ran.study.train.models, *floors} <= set(comparison["model"])
    metrics = read_table(ran.results("evaluate", "metrics.tsv"))
    metrics = metrics[(metrics["split"] == "test") & (metrics["target"] == ran.study.predicted)]
    assert {*ran.study.train.models, *floors} <= set(metrics["model"])
    assert np.isfinite(metrics[task.primary]).all()
    predictions = read_table(ran.results("evaluate", "predictions.tsv"))
    of_model = predictions[
        (predictions["model"] == "linear") & (predictions["target"] == ran.study.predicted)
    ]
    examples = read_table(ran.results(ran.stage, "cells.tsv"), required=["id"])
    assert sorted(of_model["id"]) == sorted(examples["id"])


def test_every_method_of_attribution_explains_some_input_or_says_why_not(ran, tmp_path):
    if ran.study.target.task != "regression":
        pytest.skip("one model of a kind tells which methods take it")
    explained, declined = set(), {}
    model, reader = ran.model(), read_reader(ran.model().parent)
    (shard, *_), training = shards_of(ran.manifest, "test"), shards_of(ran.manifest, "train")
    for name in known_methods():
        usual = Method(method=name).options()
        out = tmp_path / f"{name}.h5"
        try:
            attribute_shard(
                model,
                shard,
                out,
                reader=reader,
                method=name,
                options={key: FEW.get(key, value) for key, value in usual.items()},
                seed=1,
                state_dir=tmp_path / "state" / name,
                record={},
                training_paths=training,
            )
        except AttributionError as error:
            declined[name] = str(error)
            continue
        explained.add(name)
        with open_maps(out) as maps:
            assert len(maps) and all(np.isfinite(values).all() for values in maps)
    assert {"gradient", "input_x_gradient", "integrated_gradients", "occlusion"} <= explained
    assert all(len(reason) > 20 for reason in declined.values()), declined


def test_maps_of_the_toy_are_largest_where_the_truth_was_planted(ran):
    if ran.name != "toy":
        pytest.skip("what a simulated plate has planted is held against maps by a check of its own")
    genes = module_of("toy", "genes")
    (path,) = ran.results("attribute", "linear", "1", "ig").glob("*.h5")
    with open_maps(path, "sequence") as maps:
        sizes = np.mean([np.abs(values).sum(axis=-1) for values in maps], axis=0)
    planted = list(genes.MOTIF)
    assert sizes[planted].min() > np.delete(sizes, planted).max()
    with open_maps(path, "columns") as maps:
        sizes = np.mean([np.abs(values) for values in maps], axis=0)
    assert genes.COLUMNS[int(np.argmax(sizes))] == "half_life"


def test_every_check_that_applies_has_its_tables_and_no_other_has(ran):
    wanted = checks_of(ran.study.plain())
    explains = bool(ran.study.explained_models()) and bool(ran.study.attribute.methods)
    for check in CHECKS:
        there = ran.results("explain", f"{check.name}.tsv").is_file()
        assert there == (check.name in wanted and (explains or check.always)), check.name


def test_every_figure_of_the_kind_is_drawn(ran):
    for figure in figures_of(kind_of(ran.study.kind)):
        for suffix in (".png", ".svg"):
            path = ran.results("figures", f"{figure.name}{suffix}")
            assert path.stat().st_size > 1000, path


def test_pages_speak_the_words_of_the_kind_and_of_no_other(ran):
    own = kind_of(ran.study.kind).words.plain()
    foreign = set(kind_of("cells").words.plain().values()) - set(own.values())
    pages = sorted(ran.results("report").rglob("*.html"))
    text = "\n".join(path.read_text() for path in pages if not path.name.startswith("explorer"))
    # The config is shown by its keys.
    text = re.sub(r"<(pre|style|script).*?</\1>|<[^>]+>", "\n", text, flags=re.DOTALL)
    assert own["examples"] in text and own["groups"] in text
    assert [word for word in sorted(foreign) if re.search(rf"\b{word}\b", text, re.I)] == []


def test_every_result_tells_what_made_it(ran):
    for path in (ran.stores[0], ran.manifest, ran.model(), ran.results("evaluate/metrics.tsv")):
        record = provenance.read(path)
        assert record["stage"] and record["code"] and record["config"] is not None, path


def test_the_report_is_built(ran, tmp_path):
    copy = ran.checkout.clone(tmp_path / "nascent")
    done = copy.snakemake(*ran.local, "--report", "report.html")
    assert done.returncode == 0, done.stdout
    text = (copy.path / "report.html").read_text()
    assert ran.study.label in text
    shutil.rmtree(copy.path)


def test_a_finished_study_has_nothing_left_to_do_and_a_change_repeats_what_stands_on_it(
    ran, tmp_path
):
    assert ran.checkout.planned(*ran.local) == {}
    copy = ran.checkout.clone(tmp_path / "nascent")
    config = STUDIES[ran.name]
    _write(copy, ran.name, config | {"evaluate": {"bootstrap": 300}})
    planned = set(copy.planned(*ran.local))
    assert {"evaluate_compare", "evaluate_verdict"} <= planned
    assert not planned & {ran.stage, "splits", "shards", "train", "evaluate", "attribute"}
    train = config["train"] | {"defaults": config["train"]["defaults"] | {"epochs": 4}}
    _write(copy, ran.name, config | {"train": train})
    planned = set(copy.planned(*ran.local))
    assert {"train", "evaluate", "evaluate_compare"} <= planned
    assert not planned & {"simulate", ran.stage, "splits", "shards", "evaluate_floors"}


def _write(checkout: Checkout, name: str, config: dict) -> None:
    text = yaml.safe_dump(config | {"study": name})
    (checkout.path / "config" / f"{name}.yaml").write_text(text)
