"""A job of several parts makes those anew that would come out otherwise, and no others."""

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from nascent import provenance
from nascent.devices import OVERRIDE
from nascent.parts import Files, Named, make_parts, place_of

STATE = "results/mine/.state/parts"
SCRIPT = """
from pathlib import Path

from nascent.files import written
from nascent.jobs import job

with job(snakemake) as work:
    with Path("made.txt").open("a") as stream:
        stream.write(snakemake.wildcards.table + " ")
    if Path("broken").exists() and snakemake.params.factor == 3:
        raise ValueError("it breaks")
    work.note(devices=work.devices.ids)
    total = sum(int(Path(path).read_text()) for path in snakemake.input)
    with written(snakemake.output.table) as beside:
        beside.write_text(str(total * snakemake.params["factor"]))
"""


@pytest.fixture
def work(tmp_path, monkeypatch):
    """A function that runs a job of two parts, of which the second reads what the first makes.

    It returns the parts that were made, in order.
    """
    monkeypatch.chdir(tmp_path)
    Path("explain_sum.py").write_text(SCRIPT)
    for number in (1, 2):
        Path(f"{number}.txt").write_text(str(number))

    def part(table, reads, factor, code="c"):
        return {
            "script": "explain_sum",
            "code": code,
            "reads": reads,
            "makes": {"table": table},
            "params": {"factor": factor, "seed": 1},
            "wildcards": {"table": table},
        }

    def run(second=3, code="c", resources=None):
        Path("made.txt").write_text("")
        outputs = {name: f"results/mine/explain/{name}.txt" for name in ("a", "b")}
        # As a workflow does before each job.
        for path in outputs.values():
            Path(path).unlink(missing_ok=True)
        job = SimpleNamespace(
            rule="explain_maps",
            log=["job.log"],
            input=Files({"numbers": ["1.txt", "2.txt"], "one": "1.txt"}),
            output=Files(outputs),
            params={
                "state": STATE,
                "parts": {
                    "first": part("a", {"numbers": "numbers"}, 2),
                    "second": part("b", {"one": "one", "sum": "a"}, second, code),
                },
            },
            resources=resources or {},
            threads=1,
            wildcards=Named(model="cnn"),
        )
        make_parts(job, ".")
        return Path("made.txt").read_text().split()

    return run


def result(name: str) -> Path:
    return Path(f"results/mine/explain/{name}.txt")


def test_parts_are_made_in_order_each_with_the_record_of_a_job_of_its_own(work):
    assert work() == ["a", "b"]
    assert (result("a").read_text(), result("b").read_text()) == ("6", "21")
    record = provenance.read(result("b"))
    assert record["config"] == {"factor": 3, "seed": 1}
    assert (record["stage"], record["code"], record["seed"]) == ("explain", "c", 1)
    assert set(record["inputs"]) == {"1.txt", "explain/a.txt"}
    assert record["sha256"] == provenance.file_digest(result("b"))


def test_a_job_that_runs_again_makes_no_part_anew_and_its_files_are_no_older_than_the_run(work):
    work()
    before = {name: provenance.sidecar(result(name)).read_bytes() for name in "ab"}
    began = result("b").stat().st_mtime_ns
    assert work() == []
    for name in "ab":
        assert provenance.sidecar(result(name)).read_bytes() == before[name]
        assert result(name).stat().st_mtime_ns > began
    assert result("b").read_text() == "21"
    assert "unchanged, and not made anew: first, second" in Path("job.log").read_text()


@pytest.mark.parametrize("change", [{"second": 4}, {"code": "other"}])
def test_another_value_or_code_of_a_part_makes_that_part_anew_and_keeps_the_record_of_others(
    work, change
):
    work()
    before = provenance.sidecar(result("a")).read_bytes()
    assert work(**change) == ["b"]
    assert provenance.sidecar(result("a")).read_bytes() == before
    assert result("b").read_text() == str(7 * change.get("second", 3))


def test_another_input_makes_anew_what_stands_on_it(work):
    work()
    Path("2.txt").write_text("5")
    assert work() == ["a", "b"]
    assert result("a").read_text() == "12"


def test_what_a_part_makes_equally_again_leaves_the_next_part_as_it_is(work):
    work()
    # The sum of both stays the same, and the second part does not read the other number.
    Path("2.txt").write_text("02")
    assert work() == ["a"]


def test_versions_of_other_packages_make_every_part_anew(work, monkeypatch):
    work()
    monkeypatch.setattr(provenance, "versions", lambda backend: {"python": "4.0"})
    assert work() == ["a", "b"]


def test_a_job_that_fails_goes_on_with_the_part_that_failed(work):
    Path("broken").touch()
    with pytest.raises(ValueError, match="it breaks"):
        work()
    assert provenance.read(result("b")) is None
    Path("broken").unlink()
    assert work() == ["b"]


@pytest.mark.parametrize("how", ["changed in place", "gone", "record gone"])
def test_a_file_that_is_not_kept_whole_is_made_anew(work, how):
    work()
    place = place_of(result("a"), STATE)
    if how == "changed in place":
        # The file that is kept and the result are one and the same.
        place.write_text("7")
    elif how == "gone":
        place.unlink()
    else:
        provenance.forget(place)
    assert work() == ["a"]
    assert result("a").read_text() == "6"


def test_what_is_kept_takes_no_room_and_is_copied_where_it_must_be(work, monkeypatch):
    work()
    assert place_of(result("a"), STATE).samefile(result("a"))

    def refused(*paths):
        raise PermissionError(1, "no links here")

    monkeypatch.setattr(os, "link", refused)
    assert work() == []
    assert result("a").read_text() == "6"
    assert not place_of(result("a"), STATE).samefile(result("a"))


def test_the_parts_of_a_job_share_its_gpus_and_take_none_where_nothing_is_to_do(work, monkeypatch):
    monkeypatch.setenv(OVERRIDE, "3")
    work(resources={"gpu": 1})
    assert [provenance.read(result(name))["devices"] for name in "ab"] == [["3"], ["3"]]
    monkeypatch.setenv(OVERRIDE, "")
    assert work(resources={"gpu": 1, "without_gpu": "error"}) == []
