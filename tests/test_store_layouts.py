"""A store keeps inputs, masks, targets and weights of any number of axes, by their names."""

import h5py
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nascent.errors import StoreError
from nascent.examples import InputSpec, TargetSpec
from nascent.store import open_store
from nascent.store_layout import Layout, image_layout
from nascent.store_writer import StoreWriter

DTYPES = st.sampled_from(["uint8", "uint16", "int32", "float32", "float64"])
STACK = InputSpec(
    "stack", "zyxc", (3, 5, 4, 2), ("a", "b"), measured=True, regions=("cell", "nucleus")
)
SEQUENCE = InputSpec("sequence", "pb", (12, 4), tuple("ACGT"), enters="one_hot")
COLUMNS = InputSpec("half_life", "f", (3,), ("mean", "sd", "slash/ed"))
STAIN = TargetSpec("stain/1", "distribution", "stain", "counts", None, axes="yx")
LABEL = TargetSpec("label", "classes", "label", "", None, levels=("no", "yes"))
RATE = TargetSpec("rate", "regression", "rate", "counts", "rate")

EVERYTHING = Layout(
    (STACK, SEQUENCE, COLUMNS),
    {
        "stack": "uint16", "sequence": "uint8", "half_life": "float64",
        "stain/1": "float32", "label": "int32",
    },
    (STAIN, LABEL, RATE),
    shapes={"stain/1": (5, 4)},
    weights={"stain/1": (5, 4), "rate": ()},
    same={"masks/stack/cell": "masks/stack/measured"},
)  # fmt: skip


@st.composite
def layouts(draw):
    """One to three inputs of one to four axes, an image or number as target, weights or none."""
    inputs, dtypes = [], {}
    for number in range(draw(st.integers(1, 3))):
        rank = draw(st.integers(1, 4))
        shape = draw(st.tuples(*[st.integers(1, 5)] * rank))
        masked = rank > 1 and draw(st.booleans())
        spec = InputSpec(
            f"in{number}",
            "zyxc"[-rank:],
            shape,
            tuple(f"f{place}" for place in range(shape[-1])),
            measured=masked and draw(st.booleans()),
            regions=("cell", "neighbours") if masked else (),
        )
        inputs.append(spec)
        dtypes[spec.name] = draw(DTYPES)
    axes = draw(st.sampled_from(["", "x", "yx", "zyx"]))
    shape = draw(st.tuples(*[st.integers(1, 4)] * len(axes)))
    dtypes["wanted"] = draw(DTYPES)
    return Layout(
        tuple(inputs),
        dtypes,
        (TargetSpec("wanted", "distribution", "", "", None, axes),),
        shapes={"wanted": shape},
        weights=draw(st.sampled_from([{}, {"wanted": ()}, {"wanted": shape}])),
    )


def drawn(layout, count, seed=0):
    rng = np.random.default_rng(seed)
    return [
        {
            path: rng.integers(0, 2 if form.dtype == bool else 200, form.shape).astype(form.dtype)
            for path, form in layout.forms.items()
        }
        for _ in range(count)
    ]


def table(count):
    groups = ["p/A01"] * (count // 2) + ["p/A02"] * (count - count // 2)
    return pd.DataFrame({"id": range(10, 10 + count), "group": groups, "rate": np.arange(count)})


def write(path, layout, examples, **options):
    with StoreWriter(path, layout, **options) as writer:
        for arrays in examples:
            writer.append(arrays)
        writer.examples = table(len(examples))
    return path


@given(layouts(), st.integers(0, 4), st.sampled_from(["blosc", "gzip"]))
def test_arrays_of_any_axes_come_back_to_the_bit(tmp_path_factory, layout, count, codec):
    path = tmp_path_factory.getbasetemp() / "any.h5"
    examples = drawn(layout, count)
    write(path, layout, examples, codec=codec)
    with open_store(path) as store:
        assert store.layout == layout
        assert len(store) == count
        for index, arrays in enumerate(examples):
            for name, values in store.example(index).items():
                assert values.dtype == arrays[name].dtype
                assert values.shape == arrays[name].shape
                assert values.tobytes() == arrays[name].tobytes()


@given(layouts())
def test_a_copied_example_is_the_same_example(tmp_path_factory, layout):
    folder = tmp_path_factory.getbasetemp()
    examples = drawn(layout, 3)
    write(folder / "source.h5", layout, examples)
    with (
        open_store(folder / "source.h5") as source,
        StoreWriter(folder / "copy.h5", layout) as copy,
    ):
        copy.reserve(2)
        copy.copy_to(1, source, 0)
        copy.copy_to(0, source, 2)
        copy.examples = source.examples.iloc[[2, 0]]
    with open_store(folder / "copy.h5") as store:
        assert store.examples.index.tolist() == [12, 10]
        for index, origin in enumerate((2, 0)):
            for name, values in store.example(index).items():
                assert values.tobytes() == examples[origin][name].tobytes()


def test_what_a_store_holds_is_found_by_its_names(tmp_path):
    examples = drawn(EVERYTHING, 4)
    path = write(tmp_path / "a.h5", EVERYTHING, examples)
    with open_store(path) as store:
        assert store.inputs == (STACK, SEQUENCE, COLUMNS)
        assert store.targets == (STAIN, LABEL, RATE)
        assert store.examples.index.name == "id"
        assert store.columns(["group"])["group"].tolist() == ["p/A01"] * 2 + ["p/A02"] * 2
        assert store.input("sequence").enters == "one_hot"
        measured = examples[2]["masks/stack/measured"]
        np.testing.assert_array_equal(store.measured(2), measured)
        np.testing.assert_array_equal(store.array("masks/stack/cell", 2), measured)
        assert store.measured(2, "sequence") is None
        assert store.array("targets/label", 3) == examples[3]["targets/label"]
        for ask, said in (
            (lambda: store.input("stak"), "Did you mean 'stack'"),
            (lambda: store.array("inputs/stak", 0), "Did you mean 'inputs/stack'"),
            (lambda: store.columns(["rat"]), "Did you mean 'rate'"),
        ):
            with pytest.raises(StoreError, match=said):
                ask()


def test_on_disk_a_chunk_is_an_example_and_a_mask_that_equals_another_is_a_link(tmp_path):
    path = write(tmp_path / "a.h5", EVERYTHING, drawn(EVERYTHING, 2))
    with h5py.File(path) as file:
        assert file["inputs/stack"].chunks == (1, 3, 5, 4, 2)
        assert file["inputs/sequence"].chunks == (1, 12, 4)
        assert file["inputs/half_life"].chunks == (1, 3)
        assert file["targets/stain%2F1"].chunks == (1, 5, 4)
        assert file["weights/rate"].shape == (2,)
        assert file["masks/stack/nucleus"].dtype == bool
        assert isinstance(file.get("masks/stack/cell", getlink=True), h5py.SoftLink)


def test_masks_that_differ_are_not_taken_for_one(tmp_path):
    apart = InputSpec("image", "yxc", (4, 4, 1), ("a",), measured=True, regions=("cell",))
    layout = Layout((apart,), {"image": "uint8"})
    path = write(tmp_path / "a.h5", layout, drawn(layout, 1))
    with open_store(path) as store:
        assert store.measured(0).shape == (4, 4)
        with pytest.raises(StoreError, match="no mask that is both"):
            store[0]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda arrays: arrays.pop("inputs/sequence"), "lacks inputs/sequence"),
        (lambda arrays: arrays.update({"inputs/stak": 1}), "Did you mean 'inputs/stack'"),
        (lambda arrays: arrays.update({"inputs/half_life": np.zeros(4)}), r"\(4,\), not \(3,\)"),
    ],
)
def test_an_example_of_another_form_is_refused(tmp_path, change, said):
    (arrays,) = drawn(EVERYTHING, 1)
    change(arrays)
    with pytest.raises(StoreError, match=said):
        write(tmp_path / "a.h5", EVERYTHING, [arrays])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda table: table.drop(columns="group"), "no column 'group'"),
        (lambda table: table.drop(columns="id"), "no column 'id'"),
        (lambda table: table.assign(group=["a", None]), "an example has no group: row 1"),
    ],
)
def test_a_table_needs_ids_and_groups(tmp_path, change, said):
    layout = image_layout(["a"], 2, "uint8", region="cell")
    with (
        pytest.raises(StoreError, match=said),
        StoreWriter(tmp_path / "a.h5", layout) as writer,
    ):
        for arrays in drawn(layout, 2):
            writer.append(arrays)
        writer.examples = change(table(2))
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_not_as_its_specifications_say_is_refused(tmp_path):
    path = write(tmp_path / "a.h5", EVERYTHING, drawn(EVERYTHING, 2))
    with h5py.File(path, "a") as file:
        del file["inputs/half_life"]
        file["inputs/half_life"] = np.zeros((2, 4))
    with pytest.raises(StoreError, match=r"inputs/half_life has shape \(2, 4\)"):
        open_store(path)
    with h5py.File(path, "a") as file:
        del file["inputs/half_life"]
    with pytest.raises(StoreError, match="a part of the store is missing"):
        open_store(path)


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"inputs": ()}, "without an input"),
        ({"dtypes": {"image": "uint8"}}, "'stain/1' has no type"),
        ({"shapes": {"stain/1": (5,)}}, "axes 'yx' and shape"),
        ({"weights": {"other": ()}}, "no target 'other'"),
        ({"weights": {"stain/1": (2,)}}, r"weights of 'stain/1' have shape \(2,\)"),
        ({"same": {"masks/image/cell": "masks/image/all"}}, "no two masks"),
    ],
)
def test_a_layout_that_contradicts_itself_is_refused(parts, said):
    image = image_layout(["a"], 2, "uint8", region="cell").inputs[0]
    whole = {
        "inputs": (image,),
        "dtypes": {"image": "uint8", "stain/1": "uint8"},
        "targets": (STAIN,),
        "shapes": {"stain/1": (5, 4)},
    }
    Layout(**whole)
    with pytest.raises(StoreError, match=said):
        Layout(**whole | parts)
