from hypothesis import given
from hypothesis import strategies as st

from nascent.train.layer_names import canonical_names


def test_layers_without_names_count_from_the_first_of_their_kind():
    names = ["conv2d_12", "conv2d_9", "separable_conv2d_3", "batch_normalization_10"]
    assert list(canonical_names(names).values()) == [
        "conv2d_1",
        "conv2d",
        "separable_conv2d",
        "batch_normalization",
    ]


def test_numbers_count_as_numbers():
    names = canonical_names(["dense", "dense_10", "dense_9"])
    assert names == {"dense": "dense", "dense_9": "dense_1", "dense_10": "dense_2"}


def test_names_that_somebody_chose_stay():
    names = ["conv_1", "head_2", "block1_conv1", "mixed7", "stem_conv2d_3", "output"]
    assert canonical_names(names) == {name: name for name in names}


@given(numbers=st.lists(st.integers(1, 99), unique=True, max_size=8), shift=st.integers(0, 50))
def test_what_was_built_before_does_not_matter(numbers, shift):
    early = [f"conv2d_{number}" for number in numbers]
    late = [f"conv2d_{number + shift}" for number in numbers]
    assert list(canonical_names(early).values()) == list(canonical_names(late).values())
    assert len(set(canonical_names(early).values())) == len(numbers)
