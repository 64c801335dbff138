import subprocess
import sys

import pytest

from nascent import architecture_names
from nascent.architecture_names import known_names, minimum_size, own_names, source
from nascent.code import code_digest


def test_the_shipped_architectures_are_known():
    assert own_names() == ["linear", "resnet50v2", "simple_cnn", "xception"]


def test_a_file_with_a_body_is_an_architecture_and_another_is_none(tmp_path, monkeypatch):
    (tmp_path / "mine.py").write_text("MINIMUM = 12\n\n\ndef body(image):\n    return image\n")
    (tmp_path / "plain.py").write_text("def body(image):\n    return image\n")
    (tmp_path / "words.py").write_text("def words(body):\n    return body\n")
    monkeypatch.setattr(architecture_names, "FOLDER", tmp_path)
    assert own_names() == ["mine", "plain"]
    assert source("mine") == tmp_path / "mine.py"
    assert [minimum_size(name) for name in own_names()] == [12, 1]


@pytest.mark.parametrize("name", known_names())
def test_every_architecture_has_a_file_and_a_smallest_crop(name):
    assert source(name).is_file()
    assert minimum_size(name) >= 1


@pytest.mark.parametrize("ask", [source, minimum_size])
def test_an_unknown_name_has_neither(ask):
    with pytest.raises(KeyError, match="simple_cmn"):
        ask("simple_cmn")


def test_backbones_share_the_adapter_whose_change_concerns_them_all():
    assert source("ConvNeXtTiny") == source("VGG16")
    assert source("simple_cnn") != source("VGG16")
    assert code_digest(source("resnet50v2")) != code_digest(source("xception"))


def test_no_framework_is_loaded_to_tell_the_names():
    code = (
        "import sys; from nascent.architecture_names import known_names, minimum_size;"
        "[minimum_size(name) for name in known_names()];"
        "assert not {'keras', 'tensorflow', 'torch', 'jax'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
