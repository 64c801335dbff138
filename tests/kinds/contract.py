"""What every kind of data keeps: from its examples on disk to the report of a small study of it.

A kind is added to `STUDIES` by the config of a study that is as small as can be; one of each task
that it can do. Whole groups are held out in some of them.

| what is kept | by |
|---|---|
| store round trip | `test_a_store_holds_what_its_kind_says_and_comes_back_whole` |
| splits and batches | `test_every_example_is_in_one_split_and_in_batches_as_a_model_reads_them` |
| training, evaluation with floors | `test_models_are_measured_on_the_test_examples_with_floors_…` |
| answers of a task | `test_classes_are_told_with_probabilities_and_how_far_these_hold` |
| attribution by every method that takes it | `test_every_method_of_attribution_explains_…`; what \
the maps find, `test_maps_of_the_toy_…` |
| checks | `test_every_check_that_applies_has_its_tables_and_no_other_has` |
| figures | `test_every_figure_of_the_kind_is_drawn`; n, units and level of intervals in each, \
`test_every_figure_says_…` |
| report | `test_the_report_is_built` |
| provenance | `test_every_result_tells_what_made_it` |
| partial rerun | `test_a_finished_study_has_nothing_left_to_do_and_a_change_repeats_…` |
"""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import keras
import numpy as np
import pytest
import yaml
from checkouts import CONFIG, Checkout, run_once, shared_folder

import nascent
import nascent.kinds
from nascent import provenance
from nascent.attribute.maps import open_maps
from nascent.attribute.method import known_methods
from nascent.attribute.stage import Explanation, attribute_shard
from nascent.config.attribution import Method
from nascent.config.checks import check_study
from nascent.config.sections import Study
from nascent.evaluate.floor_predictions import floors_of
from nascent.explain.checks import CHECKS, checks_of
from nascent.figures.table import FIGURES, figures_of
from nascent.figures.words import unit as unit_of
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
from nascent.train.architectures.build import build
from nascent.train.architectures.options import Layers

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
TOY = HERE / "toy"
SHIPPED = HERE.parents[1] / "config" / "classes.yaml"


def read(path: Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def shortened(config: dict[str, Any]) -> dict[str, Any]:
    """Return the shipped study of classes of cells with few, small cells and few epochs."""
    short = {
        "simulate": {"nuclei": 24, "mean_area": 300},
        "crops": {"size": 32},
        "evaluate": {"bootstrap": 200},
        "explain": CONFIG["explain"],
    }
    short = {name: config.get(name, {}) | section for name, section in short.items()}
    defaults = config["train"]["defaults"] | {"epochs": 2, "batch_size": 16}
    methods = {"ig": {"method": "integrated_gradients", "steps": 4}}
    return (
        config
        | short
        | {
            "train": config["train"] | {"defaults": defaults},
            "attribute": config["attribute"] | {"methods": methods},
        }
    )


# The toy goes first: others make the tiny study meanwhile.
STUDIES = {
    config["study"]: config
    for config in (
        read(TOY / "regression.yaml"),
        CONFIG,
        read(TOY / "classes.yaml"),
        shortened(read(SHIPPED)),
    )
}
"""Name → config of the smallest study of a kind and task."""

# Classes are another task of kinds whose studies of numbers run always.
NIGHTLY = {name for name, config in STUDIES.items() if "task" in config.get("target", {})}


FEW = {"steps": 2, "samples": 2, "references": 2, "batch_size": 64}
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


PARAMS = [
    pytest.param(name, marks=[pytest.mark.nightly] if name in NIGHTLY else []) for name in STUDIES
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
    if ran.fold == "group":
        split = splits.set_index("id")["split"]
        assert (split.groupby(examples.set_index("id")["group"]).nunique() == 1).all()
    reader = read_reader(ran.model().parent)
    batches = Batches(all_shards(ran.manifest), reader, batch_size=16, target=None)
    assert sorted(map(str, batches.examples.index)) == sorted(examples["id"].astype(str))
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


def test_classes_are_told_with_probabilities_and_how_far_these_hold(ran):
    task = task_of(ran.study.target.task)
    calibration = read_table(ran.results("evaluate", "calibration.tsv"))
    assert set(task.calibrated) <= set(calibration.columns)
    if not task.has_classes:
        assert not ran.results("evaluate", "confusion.tsv").exists()
        return
    predictions = read_table(ran.results("evaluate", "predictions.tsv"))
    levels = task.levels(predictions)
    assert set(predictions["true_class"]) == set(levels)
    assert np.allclose(predictions[[f"p_{name}" for name in levels]].sum(axis=1), 1)
    models = {*ran.study.train.models, *kind_of(ran.study.kind).floors[task.name]}
    confusion = read_table(ran.results("evaluate", "confusion.tsv"))
    assert set(confusion["model"]) == models
    tested = predictions[(predictions["split"] == "test") & (predictions["model"] == "linear")]
    assert confusion.loc[confusion["model"] == "linear", "n"].sum() == len(tested)
    assert set(calibration["class"]) == set(levels)


def test_every_method_of_attribution_explains_each_input_or_says_why_not(ran, tmp_path, caplog):
    if ran.study.target.task != "regression":
        pytest.skip("one model of a kind tells which methods take it")
    reader = read_reader(ran.model().parent)
    (shard, *_), training = shards_of(ran.manifest, "test"), shards_of(ran.manifest, "train")
    keras.utils.set_random_seed(1)
    convolution = build("simple_cnn", reader.specs, layers=Layers(widths=(4, 4), head=(4,)))
    convolution.get_layer("output").kernel.assign([[1.0], [-1.0], [1.0], [-1.0]])
    convolution.save(tmp_path / "model.keras")
    for name in known_methods():
        caplog.clear()
        out, usual = tmp_path / f"{name}.h5", Method(method=name).options()
        attribute_shard(
            tmp_path / "model.keras",
            shard,
            out,
            reader=reader,
            how=Explanation(name, {key: FEW.get(key, value) for key, value in usual.items()}, 1),
            state_dir=tmp_path / "state" / name,
            record={},
            training_paths=training,
        )
        with open_maps(out) as maps:
            explained = set(maps.inputs)
        assert reader.specs[0].name in explained
        for spec in reader.specs:
            if spec.name in explained:
                with open_maps(out, spec.name) as maps:
                    values = np.stack(list(maps))
                assert np.isfinite(values).all() and values.any(), (name, spec.name)
            else:
                assert f"the input {spec.name} is not explained: " in caplog.text


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
    for figure in figures_of(kind_of(ran.study.kind), designs=1, seeds=1):
        for suffix in (".png", ".svg", ".pdf"):
            path = ran.results("figures", f"{figure.name}{suffix}")
            assert path.stat().st_size > 1000, path


def text_of_figure(path: Path) -> str:
    """Return all text of a figure's SVG, with one space between any two words."""
    text = [node for node in ElementTree.parse(path).iter() if node.tag.endswith("}text")]
    return " ".join(" ".join("".join(node.itertext()) for node in text).split())


NOTHING = "(No|There|These) "
"""A figure that has nothing to show is a sentence that begins like this."""


def columns_drawn(ran: Ran, path: Path) -> set[str]:
    """Return the columns of the first table that a figure is drawn of, if it draws intervals."""
    *place, name = path.relative_to(ran.results("figures")).with_suffix("").parts
    known = [*FIGURES, *(figure for check in CHECKS for figure in check.figures)]
    found = [one for one in known if one.name == name and bool(one.maps) == (len(place) == 2)]
    values = dict(zip(("model", "method"), place, strict=False)) | {"seed": "1"}
    tables = [
        ran.results(table.format(examples=ran.stage, **values))
        for figure in found
        for table in figure.tables[:1]
        if figure.intervals
    ]
    return {column for table in tables if table.is_file() for column in read_table(table)}


def test_every_figure_says_how_many_and_the_level_of_its_intervals(ran):
    told = {path: text_of_figure(path) for path in ran.results("figures").rglob("*.svg")}
    words = kind_of(ran.study.kind).words.grouped(ran.study.splits.group)
    counted = (words.example, words.examples, words.group, words.groups, words.place, words.places)
    what = rf"(?:training |validation |test )?(?:{'|'.join(counted)}|candidates?)\b"
    number = rf"(?<![\d.])[1-9][\d,]* {what}"
    shown = {path: text for path, text in told.items() if re.search(number, text)}
    assert shown
    others = {path: text for path, text in told.items() if path not in shown}
    assert {path: text for path, text in others.items() if not re.match(NOTHING, text)} == {}
    drawn = {path: columns_drawn(ran, path) for path in shown}
    uncertain = [path for path, names in drawn.items() if any("low" in n.split("_") for n in names)]
    assert [path for path in uncertain if not re.search(r"\d % interval", shown[path])] == []
    unit = unit_of(ran.study.label)
    for name in ("comparison", "learning"):
        assert unit in told[ran.results("figures", f"{name}.svg")]


def test_pages_speak_the_words_of_the_kind_and_of_no_other(ran):
    own = kind_of(ran.study.kind).words.plain()
    foreign = set(kind_of("cells").words.plain().values()) - set(own.values())
    pages = [ran.results("report.html"), *sorted(ran.results("report").rglob("*.html"))]
    text = "\n".join(path.read_text() for path in pages if not path.name.startswith("explorer"))
    # The config is shown by its keys.
    text = re.sub(r"<(pre|style|script).*?</\1>|<[^>]+>", "\n", text, flags=re.DOTALL)
    assert own["examples"] in text and own["groups"] in text
    assert [word for word in sorted(foreign) if re.search(rf"\b{word}\b", text, re.I)] == []


def test_the_report_shows_every_figure_and_the_tables_of_all_models_and_checks(ran):
    text = ran.results("report.html").read_text()
    for folder, suffix, shown in (
        ("figures", "png", 'id="{}"'),
        ("evaluate", "tsv", 'id="table-{}"'),
        ("explain", "tsv", 'id="table-{}"'),
    ):
        # Tables of one model lie deeper.
        find = "**/*" if folder == "figures" else "*"
        paths = sorted(ran.results(folder).glob(f"{find}.{suffix}"))
        assert paths
        for path in paths:
            place = path.relative_to(ran.results()).with_suffix("").as_posix()
            assert shown.format(place.replace("/", "-")) in text, place
    assert "explorer.html" not in text or ran.results("report", "explorer.html").is_file()


def test_every_result_tells_what_made_it(ran):
    for path in (ran.stores[0], ran.manifest, ran.model(), ran.results("evaluate/metrics.tsv")):
        record = provenance.read(path)
        assert record["stage"] and record["code"] and record["config"] is not None, path


def test_a_notebook_opens_the_study_and_comes_to_its_results(ran):
    study = nascent.open_study(ran.checkout.results(ran.name))
    assert study.record.target.label in repr(study)
    assert getattr(study, study.words.examples).index.equals(study.examples.index)
    model, ids = study.model(study.models[0]), study.ids_of("test")[:2]
    known = study.predictions.query("model == @model.name and id in @ids").set_index("id")
    found = model.predict(ids)
    for column in found.columns.intersection(known.columns).drop("group"):
        for example_id in ids:
            ours, theirs = found.at[example_id, column], known.at[example_id, column]
            assert ours == (
                pytest.approx(theirs, rel=1e-4) if column[:2] in ("y_", "p_") else theirs
            )
    for of_input in (spec.name for spec in model.reader.specs):
        maps = study.maps(model.name, "ig", of_input=of_input)
        ours, theirs = model.explain(ids[0], "ig", of_input=of_input), maps[ids[0]]
        assert (ours.channels, ours.options) == (theirs.channels, theirs.options)
        # Stored maps are rounded to 11 bits.
        tolerance = 1e-3 * np.abs(theirs.scores).max()
        np.testing.assert_allclose(ours.scores, theirs.scores, rtol=0, atol=tolerance)


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
