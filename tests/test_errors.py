import pickle

import pytest

from nascent.errors import NascentError, RawDataError, did_you_mean, nearest


def test_a_message_says_where_what_and_the_mend():
    error = RawDataError("no column 'x'", where="a.tsv", mend="Add it.")
    assert str(error) == "a.tsv: no column 'x'. Add it."
    assert str(NascentError("nothing is left.")) == "nothing is left."


def test_an_error_crosses_process_borders_whole():
    error = pickle.loads(pickle.dumps(RawDataError("what", where="where", mend="Mend.")))
    assert isinstance(error, RawDataError)
    assert str(error) == "where: what. Mend."


@pytest.mark.parametrize(
    ("word", "expected"), [("09_SRM2", "09_SRRM2"), ("09_srrm2", "09_SRRM2"), ("zzz", None)]
)
def test_the_nearest_name_is_found_whatever_its_case(word, expected):
    assert nearest(word, ["00_DAPI", "09_SRRM2", "15_SON"]) == expected


def test_where_nothing_is_near_all_is_told():
    assert did_you_mean("zzz", ["text", "numpy"]) == "Known: text, numpy."
