"""Which architectures there are, told from files and a table: no framework is loaded.

nascent's own are one file each in `nascent/train/architectures`: every file there that has a
function `body`. All others are the backbones of `keras.applications`, by their classes' names.
"""

import ast
from collections.abc import Mapping
from pathlib import Path

FOLDER = Path(__file__).parent / "train" / "architectures"
ADAPTER = FOLDER / "backbones.py"

# Edge in pixels of the smallest crop that Keras takes.
BACKBONES: Mapping[str, int] = {
    "ConvNeXtBase": 32,
    "ConvNeXtLarge": 32,
    "ConvNeXtSmall": 32,
    "ConvNeXtTiny": 32,
    "ConvNeXtXLarge": 32,
    "DenseNet121": 32,
    "DenseNet169": 32,
    "DenseNet201": 32,
    "EfficientNetB0": 32,
    "EfficientNetB1": 32,
    "EfficientNetB2": 32,
    "EfficientNetB3": 32,
    "EfficientNetB4": 32,
    "EfficientNetB5": 32,
    "EfficientNetB6": 32,
    "EfficientNetB7": 32,
    "EfficientNetV2B0": 32,
    "EfficientNetV2B1": 32,
    "EfficientNetV2B2": 32,
    "EfficientNetV2B3": 32,
    "EfficientNetV2L": 32,
    "EfficientNetV2M": 32,
    "EfficientNetV2S": 32,
    "InceptionResNetV2": 75,
    "InceptionV3": 75,
    "MobileNet": 32,
    "MobileNetV2": 32,
    "MobileNetV3Large": 32,
    "MobileNetV3Small": 32,
    "NASNetLarge": 32,
    "NASNetMobile": 32,
    "ResNet101": 32,
    "ResNet101V2": 32,
    "ResNet152": 32,
    "ResNet152V2": 32,
    "ResNet50": 32,
    "ResNet50V2": 32,
    "VGG16": 32,
    "VGG19": 32,
    "Xception": 71,
}


def known_names() -> list[str]:
    """Return the names of all architectures: the backbones of Keras, then nascent's own."""
    # The own ones last: where only capitals differ, the nearest name is then the shipped one.
    return [*BACKBONES, *own_names()]


def own_names() -> list[str]:
    """Return the names of the architectures that have a file of their own."""
    return sorted(path.stem for path in FOLDER.glob("*.py") if _has_body(path))


def source(name: str) -> Path:
    """Return the file that defines an architecture; for a backbone of Keras, its adapter.

    Raises
    ------
    KeyError
        Where there is no such architecture.
    """
    if name in BACKBONES:
        return ADAPTER
    if name in own_names():
        return FOLDER / f"{name}.py"
    raise KeyError(name)


def minimum_size(name: str) -> int:
    """Return the edge in pixels of the smallest crop that an architecture takes.

    Of an own one it is the constant `MINIMUM` of its file, and 1 where there is none.

    Raises
    ------
    KeyError
        Where there is no such architecture.
    """
    if name in BACKBONES:
        return BACKBONES[name]
    for statement in _statements(source(name)):
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "MINIMUM":
            return int(ast.literal_eval(statement.value))
    return 1


def _has_body(path: Path) -> bool:
    return any(
        isinstance(statement, ast.FunctionDef) and statement.name == "body"
        for statement in _statements(path)
    )


def _statements(path: Path) -> list[ast.stmt]:
    return ast.parse(path.read_text(encoding="utf-8")).body


def takes_widths(name: str) -> bool:
    """Tell whether an architecture's body is built of blocks whose widths can be chosen."""
    bodies = [
        statement
        for statement in _statements(source(name))
        if isinstance(statement, ast.FunctionDef) and statement.name == "body"
    ]
    arguments = [
        argument.arg for body in bodies for argument in (*body.args.args, *body.args.kwonlyargs)
    ]
    return "widths" in arguments
