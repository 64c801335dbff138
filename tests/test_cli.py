import pandas as pd
import pytest
from typer.testing import CliRunner

from nascent import provenance
from nascent.cli import app
from nascent.errors import ConfigError
from nascent.kinds.cells.commands import well_names

SMALL = [
    "--nuclei",
    "6",
    "--wells",
    "2",
    "--mean-area",
    "400",
    "--channels",
    "00_DAPI,15_SON,00_EU",
]


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.mark.parametrize("layout", ["text", "numpy", "campa"])
def test_a_simulated_plate_can_be_looked_into(tmp_path, layout):
    out = tmp_path / "plate"
    made = run("simulate", out, *SMALL, "--layout", layout, "--perturbations", "normal,DMSO")
    assert made.exit_code == 0, made.output
    wells = pd.read_csv(out / "wells.tsv", sep="\t")
    assert list(wells["well"]) == ["A01", "A02"]
    assert list(wells["perturbation"]) == ["normal", "DMSO"]
    assert "folder of 2 raw wells" in run("inspect", out).output
    shown = run("inspect", out / "A02").output
    assert f"layout {layout}" in shown
    assert "nuclei: 6" in shown
    assert "1 15_SON" in shown
    truth = run("inspect", out / "truth" / "plate01_A01.h5").output
    assert "truth: structure" in truth
    assert "15_SON" in truth


def test_a_wrong_name_ends_with_one_line_and_status_1(tmp_path):
    result = run("simulate", tmp_path / "plate", "--channels", "00_DAPI,15_SOM,00_EU")
    assert result.exit_code == 1
    assert "Did you mean '15_SON'?" in result.output
    assert len(result.output.strip().splitlines()) == 1
    assert not (tmp_path / "plate").exists()


def test_what_made_a_result_is_printed(tmp_path):
    provenance.write(tmp_path / "a.tsv", provenance.record("crops", {"size": 32}, seed=9))
    (tmp_path / "a.tsv").write_text("x\n")
    shown = run("provenance", tmp_path / "a.tsv")
    assert shown.exit_code == 0, shown.output
    assert "stage crops, code -, seed 9" in shown.output
    assert "size: 32" in shown.output
    gone = run("provenance", "--all", tmp_path / "b.tsv")
    assert gone.exit_code == 1
    assert "there is no such file" in gone.output


def test_a_path_that_is_not_there_is_named_with_its_neighbour(tmp_path):
    (tmp_path / "wells").mkdir()
    result = run("inspect", tmp_path / "well")
    assert result.exit_code == 1
    assert "Did you mean 'wells'?" in result.output


def test_wells_are_named_row_by_row():
    names = well_names(384)
    assert names[0] == "A01"
    assert names[24] == "B01"
    assert names[-1] == "P24"
    assert len(set(names)) == 384
    with pytest.raises(ConfigError, match="385 wells"):
        well_names(385)
