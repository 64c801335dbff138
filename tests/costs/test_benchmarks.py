"""What benchmark files say, and of which job."""

import math

import pytest

from nascent.costs.benchmarks import BENCHMARKS, by_own_words, by_patterns, read_benchmarks

HEADER = "s\th:m:s\tmax_rss\tmax_vms\tmax_uss\tmax_pss\tio_in\tio_out\tmean_load\tcpu_time"
MORE = "\tjobid\trule_name\twildcards\tparams\tthreads\tcpu_usage\tresources\tinput_size_mb"
PATTERNS = {
    "train": r"train/(?P<model>linear|cnn)/(?P<seed>\d+)\.tsv",
    "crops": r"crops/(?P<well>[^/]+)\.tsv",
}


def plant(folder, name, *rows, header=HEADER):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([header, *rows]) + "\n")


def short(seconds, memory, cpu):
    return f"{seconds}\t0:00:00\t{memory}\t0\t0\t0\t0\t0\t0\t{cpu}"


def extended(rule, wildcards, threads, resources):
    return (
        short(7.5, 300, 12.0)
        + f"\t3\t{rule}\t{wildcards!r}\t{{'code': 'ab\"c'}}\t{threads}\t9\t{resources!r}\t{{}}"
    )


def test_files_are_told_by_the_paths_of_the_rules_and_others_are_left_out(tmp_path):
    plant(tmp_path, "train/cnn/2.tsv", short(10, 500, 15))
    plant(tmp_path, "train/gone/2.tsv", short(99, 500, 15))
    plant(tmp_path, "crops/p_A01.tsv", short(4, 100, 3))
    plant(tmp_path, "crops/table.tsv", "1\t2", header="a\tb")
    (tmp_path / "crops" / "image.tsv").write_bytes(b"\xff\xfe\x00")
    table = read_benchmarks(tmp_path, by_patterns(PATTERNS))
    assert tuple(table) == BENCHMARKS
    assert list(table["rule"]) == ["crops", "train"]
    assert list(table["wildcards"]) == [{"well": "p_A01"}, {"model": "cnn", "seed": "2"}]
    assert list(table["seconds"]) == [4, 10]
    assert list(table["cpu_seconds"]) == [3, 15]
    assert list(table["peak_mb"]) == [100, 500]
    # Nobody told what was asked for.
    assert table[["threads", "mem_mb", "gpu"]].isna().all(axis=None)


def test_what_was_asked_for_stands_in_extended_files(tmp_path):
    asked = {"_cores": 2, "mem_mb": 4000, "gpu": 1, "tmpdir": "/tmp"}
    row = extended("train", {"model": "any", "seed": "1"}, 2, asked)
    plant(tmp_path, "a.tsv", row, header=HEADER + MORE)
    plant(tmp_path, "b.tsv", extended("crops", {}, 1, {"mem_mb": 50}), header=HEADER + MORE)
    table = read_benchmarks(tmp_path, by_own_words)
    assert list(table["rule"]) == ["train", "crops"]
    assert table["wildcards"][0] == {"model": "any", "seed": "1"}
    assert list(table["threads"]) == [2, 1]
    assert list(table["mem_mb"]) == [4000, 50]
    assert list(table["gpu"]) == [1, 0]


def test_a_file_that_does_not_name_its_rule_is_not_guessed_at(tmp_path):
    plant(tmp_path, "train/cnn/2.tsv", short(10, 500, 15))
    assert read_benchmarks(tmp_path, by_own_words).empty


def test_a_job_too_short_to_be_sampled_has_a_time_and_no_memory(tmp_path):
    plant(tmp_path, "crops/A.tsv", short(0.2, "NA", "NA"))
    (row,) = read_benchmarks(tmp_path, by_patterns(PATTERNS)).to_dict("records")
    assert row["seconds"] == 0.2
    assert math.isnan(row["peak_mb"])
    assert math.isnan(row["cpu_seconds"])


def test_of_several_rows_the_last_counts(tmp_path):
    plant(tmp_path, "crops/A.tsv", short(1, 2, 3), short(4, 5, 6))
    (row,) = read_benchmarks(tmp_path, by_patterns(PATTERNS)).to_dict("records")
    assert (row["seconds"], row["peak_mb"], row["cpu_seconds"]) == (4, 5, 6)


@pytest.mark.parametrize("place", ["nowhere", "."])
def test_without_files_the_table_is_empty_but_whole(tmp_path, place):
    table = read_benchmarks(tmp_path / place, by_own_words)
    assert tuple(table) == BENCHMARKS
    assert table.empty


def test_a_jobs_own_words_count_where_nobody_looked_at_the_right_time(tmp_path):
    plant(tmp_path, "train/cnn/1.tsv", short(0.4, "NA", "NA"))
    plant(tmp_path, "train/cnn/2.tsv", short(10, 500, 15))
    for seed, peak in (("1", 90), ("2", 700)):
        told = (
            f"12:00:01 INFO nascent.jobs: used {peak} MB of memory at its peak, 2.5 s of CPU time"
        )
        (tmp_path / f"train/cnn/{seed}.log").write_text(f"{told}\n")
    table = read_benchmarks(tmp_path, by_patterns(PATTERNS))
    assert list(table["peak_mb"]) == [90, 700]
    # Of its children Snakemake knows, the job does not.
    assert list(table["cpu_seconds"]) == [2.5, 15]
