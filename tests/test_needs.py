"""Estimates of memory and time grow with what a job works on, and cover what was measured."""

import pytest

from nascent.needs import files_megabytes, network_megabytes, read_bytes


def test_a_network_takes_more_memory_for_larger_batches_crops_and_channels():
    small = network_megabytes(8, 32**2, 4)
    assert small < network_megabytes(64, 32**2, 4) < network_megabytes(64, 224**2, 4)
    assert network_megabytes(64, 224**2, 4) < network_megabytes(64, 224**2, 38)


def test_the_estimate_of_a_training_covers_the_peaks_that_the_readme_tells():
    # simple_cnn, 38 channels, 224 x 224 pixels, in batches of 32 and of 64.
    assert network_megabytes(32, 224**2, 38) > 4900
    assert network_megabytes(64, 224**2, 38) > 9500


def test_what_files_come_to_counts_compressed_ones_more(tmp_path):
    plain, packed = tmp_path / "mpp.npy", tmp_path / "pixels.tsv.gz"
    plain.write_bytes(bytes(1000))
    packed.write_bytes(bytes(1000))
    assert read_bytes([plain]) == 1000
    assert read_bytes([packed, str(plain)]) > 2000


def test_memory_for_files_is_some_times_their_size_and_a_part_of_its_own(tmp_path):
    (tmp_path / "table.tsv").write_bytes(bytes(3_000_000))
    assert files_megabytes([tmp_path / "table.tsv"] * 2, times=10, plus=1000) == 1060


def test_a_missing_file_is_no_small_one(tmp_path):
    with pytest.raises(FileNotFoundError):
        files_megabytes([tmp_path / "later.tsv"], times=1, plus=0)
