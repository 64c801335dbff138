import pytest

from nascent.attribute.method import known_methods
from nascent.figures.words import short
from nascent.kind import Words, kind_of, shipped_kinds
from nascent.plain_words import (
    METHODS,
    REFERENCES,
    explanation_words,
    method_words,
    reference_words,
    verdict_words,
)
from nascent.words import speaking


def test_every_method_and_every_reference_predictor_has_words():
    assert set(METHODS) == set(known_methods())
    for name in shipped_kinds():
        kind = kind_of(name)
        for floors in kind.floors.values():
            assert set(floors) <= {*REFERENCES, *kind.references}


def test_names_are_in_the_words_of_the_kind():
    with speaking(Words(feature="base").plain()):
        assert reference_words("ols") == "least squares on base means"
        assert method_words("channel_ablation") == "base ablation"
    assert reference_words("area_cycle", {"area_cycle": "area and cell cycle"}).startswith("area")
    assert reference_words("a_new_one") == "a new one"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("ig", "Integrated Gradients (ig)"),
        ("ig_long", "Integrated Gradients (ig_long)"),
        ("cam", "Grad-CAM"),
        ("cam.area", "Grad-CAM of area"),
        ("not_of_it", "not of it"),
    ],
)
def test_methods_of_a_study_are_told_apart(name, words):
    methods = {
        "ig": {"method": "integrated_gradients"},
        "ig_long": {"method": "integrated_gradients"},
        "cam": {"method": "grad_cam"},
    }
    assert explanation_words(name, methods) == words


def test_no_verdict_is_shown_with_the_word_of_the_code():
    assert verdict_words("beats the best floor") == "beats the best reference predictor"
    assert verdict_words("cannot tell (2 wells)") == "cannot tell (2 wells)"


@pytest.mark.parametrize(
    ("value", "text"), [(-0.001, "0.00"), (-0.01, "−0.01"), (0.0, "0.00"), (-1234.5, "−1,234")]
)
def test_a_number_that_rounds_to_zero_has_no_sign(value, text):
    assert short(value) == text
