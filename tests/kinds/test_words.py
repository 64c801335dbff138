"""What figures, pages and messages call examples, groups and features."""

import pytest

from nascent.kind import Words, kind_of
from nascent.words import speaking, spoken, worded

GENES = Words(example="gene", examples="genes", group="chromosome", groups="chromosomes")


def test_a_job_speaks_the_words_that_it_is_told_and_no_longer_than_it_works():
    before = spoken()
    with speaking(GENES.plain()):
        assert worded("{A_example} of each {group}") == "A gene of each chromosome"
        with speaking(None):
            assert spoken() == GENES
    assert spoken() == before


def test_words_of_cells_are_those_of_a_biologist():
    with speaking(kind_of("cells").words.plain()):
        said = worded(
            "{Examples} of {a_group}: {features} of every {place}, {share:.0%}", share=0.5
        )
    assert said == "Cells of a well: channels of every pixel, 50%"


def test_an_article_fits_its_word():
    assert worded("{a_example}") == "a cell"
    with speaking(Words().plain()):
        assert worded("{a_example}, {a_group}") == "an example, a group"


def test_columns_are_words_and_the_group_is_that_of_the_kind():
    assert GENES.column("group") == "chromosome"
    assert GENES.column("cell_cycle") == "cell cycle"


def test_groups_of_another_column_are_called_like_it():
    words = GENES.grouped("cell_line")
    assert (words.group, words.groups, words.example) == ("cell line", "cell lines", "gene")
    assert GENES.grouped(None) is GENES


@pytest.mark.parametrize(
    ("column", "groups"),
    [
        ("batch", "batches"),
        ("assay", "assays"),
        ("imaging_day", "imaging days"),
        ("study", "studies"),
        ("box", "boxes"),
        ("plate", "plates"),
    ],
)
def test_several_groups_of_another_column_are_its_plural(column, groups):
    assert GENES.grouped(column).groups == groups


def test_headers_of_tables_change_for_other_kinds_alone():
    assert GENES.header("zero_cells") == "zero_genes"
    assert GENES.header("top_channel_chance") == "top_feature_chance"
    assert kind_of("cells").words.header("zero_cells") == "zero_cells"


@pytest.mark.parametrize("column", ["well", "wells", "cell_type", "cell_cycle", "mean_channel"])
def test_columns_that_a_user_or_a_kind_brings_keep_their_names(column):
    assert GENES.grouped("perturbation").header(column) == column
