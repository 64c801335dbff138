import os

import numpy as np
import pytest

from nascent import devices, provenance
from nascent.errors import RawDataError
from nascent.files import read_json, write_json
from nascent.jobs import job, name_in_study
from nascent.kind import Words
from nascent.words import spoken


@pytest.fixture
def work(tmp_path, monkeypatch, described):
    """A function that runs a job which makes one result from the files it is given."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "raw" / "B02").mkdir(parents=True)
    (tmp_path / "raw" / "B02" / "pixels.tsv").write_text("1\n")

    def run(
        out="results/mine/crops/B02.json",
        inputs=("raw/B02/pixels.tsv",),
        fails=None,
        content=None,
        context=job,
        **options,
    ):
        params = {"size": 32, "code": "c", "state": "s"} | options.pop("params", {})
        one = described("crops", "logs/mine/job.log", inputs, [out], params, **options)
        with context(one) as done:
            write_json(content or {"made": 1}, out)
            if fails is not None:
                raise fails
        return done

    return run


OUT = "results/mine/crops/B02.json"
NEXT = "results/mine/shards/B02.json"


def test_a_finished_job_leaves_a_record_of_its_result(work, tmp_path):
    work(params={"seed": 5})
    record = provenance.read(OUT)
    assert record["artefact"] == "crops/B02.json"
    assert record["sha256"] == provenance.file_digest(OUT)
    assert record["bytes"] == (tmp_path / OUT).stat().st_size
    assert record["config"] == {"size": 32, "seed": 5}
    assert (record["stage"], record["code"], record["seed"]) == ("crops", "c", 5)
    assert record["inputs"] == {"pixels.tsv": provenance.file_digest("raw/B02/pixels.tsv")}


def test_equal_work_makes_equal_records_wherever_and_whenever_it_is_done(work, tmp_path):
    work()
    first = provenance.sidecar(OUT).read_bytes()
    os.utime("raw/B02/pixels.tsv", ns=(0, 0))
    elsewhere = tmp_path / "elsewhere" / "results" / "other" / "crops" / "B02.json"
    work(out=str(elsewhere), inputs=[str(tmp_path / "raw/B02/pixels.tsv")])
    assert provenance.sidecar(elsewhere).read_bytes() == first
    assert str(tmp_path) not in first.decode()


def test_inputs_are_told_by_what_their_own_records_say(work, monkeypatch):
    work()
    work(out=NEXT, inputs=[OUT])
    through, digest = [], provenance.file_digest
    monkeypatch.setattr(
        provenance, "file_digest", lambda path: through.append(str(path)) or digest(path)
    )
    work(out=NEXT, inputs=[OUT])
    assert through == [NEXT]
    assert provenance.read(NEXT)["inputs"] == {"crops/B02.json": provenance.read(OUT)["sha256"]}


def test_a_job_refuses_an_input_that_was_changed(work, tmp_path):
    work()
    (tmp_path / OUT).write_bytes(b"{")
    with pytest.raises(SystemExit) as stop:
        work(out=NEXT, inputs=[OUT])
    assert stop.value.code == 1
    told = (tmp_path / "logs/mine/job.log").read_text()
    assert OUT in told
    assert f"snakemake -f {OUT}" in told
    assert not (tmp_path / NEXT).exists()


def test_results_from_before_there_were_records_are_used_with_a_word_in_the_log(work, tmp_path):
    work()
    provenance.forget(OUT)
    work(out=NEXT, inputs=[OUT, "raw/B02/pixels.tsv"])
    told = (tmp_path / "logs/mine/job.log").read_text()
    assert told.count("without a record") == 1
    assert OUT in told
    assert set(provenance.read(NEXT)["inputs"]) == {"crops/B02.json", "pixels.tsv"}


def test_files_of_one_name_are_told_apart_by_their_folders(work, tmp_path):
    (tmp_path / "raw" / "B03").mkdir()
    (tmp_path / "raw" / "B03" / "pixels.tsv").write_text("2\n")
    work(inputs=["raw/B02/pixels.tsv", "raw/B03/pixels.tsv"])
    assert set(provenance.read(OUT)["inputs"]) == {"B02/pixels.tsv", "B03/pixels.tsv"}


def test_what_comes_out_as_a_job_works_is_in_its_record(work, described):
    with job(described("figures_crops", output=[OUT])) as drawn:
        drawn.note(shown={"cell": np.int64(7)})
        write_json(drawn.record, OUT)
    assert provenance.read(OUT)["shown"] == read_json(OUT)["shown"] == {"cell": "7"}


@pytest.mark.parametrize(
    ("error", "seen"), [(RawDataError("no well"), SystemExit), (ValueError("a defect"), ValueError)]
)
def test_a_failed_job_leaves_no_record_neither_old_nor_new(work, error, seen):
    work()
    with pytest.raises(seen):
        work(content={"made": 2}, fails=error)
    assert provenance.read(OUT) is None


def test_a_record_that_cannot_be_kept_fails_the_job(work, file_size_limit):
    with file_size_limit(40), pytest.raises(SystemExit):
        work()
    assert provenance.read(OUT) is None


def test_a_job_made_anew_replaces_its_record(work):
    work()
    first = provenance.read(OUT)
    work(content={"made": 2})
    assert provenance.read(OUT)["sha256"] != first["sha256"]


def test_a_job_holds_the_gpus_it_asks_for_and_others_see_none(work, monkeypatch):
    monkeypatch.setenv(devices.OVERRIDE, "3")
    assert work(resources={"gpu": 1}).devices.ids == ("3",)
    assert work().devices.ids == ()


def test_a_job_is_of_the_stage_of_its_rule_whatever_other_workflows_put_before_the_name(
    work, described
):
    for rule in ("shards", "shards_gather", "nascent_shards", "mine_shards_gather"):
        with job(described(rule, output=[OUT])) as done:
            write_json({}, OUT)
        assert done.record["stage"] == "shards", rule
    with job(described("tune", output=[OUT]), stage="train") as done:
        write_json({}, OUT)
    assert done.record["stage"] == provenance.read(OUT)["stage"] == "train"


def test_a_job_with_a_network_sets_its_backend_up_and_says_so(work, described, monkeypatch):
    from nascent import network_jobs

    asked = []

    def prepare(devices, **options):
        asked.append(options | {"gpus": devices.ids})
        return {"backend": "tensorflow"}

    monkeypatch.setattr(network_jobs.backend, "prepare", prepare)
    monkeypatch.setenv(devices.OVERRIDE, "3")
    how = {"context": network_jobs.network_job, "threads": 4, "resources": {"gpu": 1}}
    told = {"threads": 4, "gpus": ("3",), "deterministic": True}
    # The seed of its params, else that of the model.
    work(params={"deterministic": True, "seed": 7}, wildcards={"seed": "2"}, **how)
    done = work(params={"deterministic": True}, wildcards={"seed": "2"}, **how)
    assert asked == [told | {"seed": 7}, told | {"seed": 2}]
    record = provenance.read(OUT)
    assert record["seed"] == done.seed == 2
    assert record["computed"] == {"backend": "tensorflow"}


def test_a_gpu_that_is_not_there_ends_the_job_where_it_shall(work, monkeypatch, tmp_path):
    monkeypatch.setenv(devices.OVERRIDE, "")
    work(resources={"gpu": 1})
    assert "it computes on the CPU" in (tmp_path / "logs/mine/job.log").read_text()
    with pytest.raises(SystemExit):
        work(resources={"gpu": 1, "without_gpu": "error"})


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("results/mine/crops/cells.tsv", "crops/cells.tsv"),
        ("/data/results/run/results/mine/report.html", "report.html"),
        ("config/wells.tsv", None),
        ("results/note.txt", None),
    ],
)
def test_a_result_is_named_within_its_study(path, name):
    assert name_in_study(path) == name


def test_parts_of_one_job_set_the_backend_up_once_and_seed_it_each(work, described, monkeypatch):
    from nascent import network_jobs

    done = []
    monkeypatch.setattr(
        network_jobs.backend, "prepare", lambda devices, seed, **_: done.append(seed) or {"a": 1}
    )
    monkeypatch.setattr(network_jobs.backend, "forget", lambda seed, exact: done.append([seed]))
    shared = {}
    for seed in (1, 2):
        params = {"seed": seed, "deterministic": True}
        part = described("explain_truth", output=[OUT], params=params, shared=shared)
        with network_jobs.network_job(part):
            write_json({}, OUT)
        assert provenance.read(OUT)["computed"] == {"a": 1}
    assert done == [1, [2]]


@pytest.mark.parametrize("given", [False, True])
def test_a_job_without_words_speaks_those_of_its_workflow(given, tmp_path, monkeypatch, described):
    monkeypatch.chdir(tmp_path)
    captions = {"words": Words(example="gene").captions()}
    params = {"words": Words(example="promoter").plain()} if given else {}
    with job(described("train", "job.log", params=params, config=captions)):
        assert spoken().example == ("promoter" if given else "gene")
