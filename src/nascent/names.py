"""Names: which columns of tables hold them, and which of them a file cannot keep.

People name plates, wells, treatments and channels, and a name may look like something else:
`01` like a number, `NA` like a missing value, `TRUE` like a flag. In the columns declared here each
value is text as it stands, and only an empty field is missing.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

TEXT_COLUMNS = frozenset(
    {
        "plate", "well", "plate_name", "well_name", "plate_name_cell", "well_name_cell",
        "perturbation", "cell_cycle", "cell_type", "cell_line", "measurement_type",
        "channel", "map_channel", "image_channel", "channel_group",
        "split", "design", "fold", "model", "method", "other_model", "other_method",
        "architecture", "best_floor", "worst_group", "candidate", "shard", "sha256",
        "true_class", "predicted_class", "class", "input",
    }
)  # fmt: skip
"""Columns that hold names in every table that has them."""

TEXT_BESIDE: Mapping[str, frozenset[str]] = {
    # Of an evaluation: the column that is predicted. Elsewhere its values.
    "target": frozenset({"design"}),
    "variable": frozenset({"level", "levels"}),
    "level": frozenset({"variable", "by"}),
    "other": frozenset({"channel", "model"}),
    "group": frozenset({"id", "split", "channel"}),
    "stratum": frozenset({"split", "channel"}),
    "region": frozenset({"split", "channel"}),
    "members": frozenset({"channel", "group", "channel_group"}),
    "unit": frozenset({"aggregate", "channel"}),
}
"""Columns that hold names in tables that have one of these; tables of examples have others."""

BESIDE_CHANNELS = frozenset(
    {
        "all", "id", "split", "stratum", "group", "well", "target", "total", "converged", "steps",
        "prediction", "prediction_baseline", "completeness_gap", "copy", "aggregate", "joint",
    }
)  # fmt: skip
"""Columns beside those of channels, and the level that is all of them: no channel is called so."""

MISSING = frozenset(
    {
        "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN",
        "<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null",
    }
)  # fmt: skip
"""What stands for a missing number."""

# `01` and `1e3` are names: numbers have no leading zero, and an exponent a sign or a point before.
_WHOLE = re.compile(r"[+-]?(?:0|[1-9]\d*)")
_NUMBER = re.compile(
    r"[+-]?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][+-]\d+)?"
    r"|[+-]?(?:0|[1-9]\d*)\.\d*[eE]\d+|[+-]?inf(?:inity)?",
    re.IGNORECASE,
)
# Bytes of a table that are looked at together.
_SLAB = 1 << 22
_FLAGS = {"True": True, "False": False}


def text_columns(header: Iterable[str]) -> set[str]:
    """Return the columns of a table that hold names, of all of its columns."""
    header = set(header)
    beside = {name for name, others in TEXT_BESIDE.items() if header & others}
    return header & (TEXT_COLUMNS | beside)


def typed(column: pd.Series) -> pd.Series:
    """Return a column of text as what all of it is: numbers, flags or text.

    It is numbers where every value is one as programs write them, or stands for a missing number
    (`MISSING`). It is flags where every value is `True` or `False`. Otherwise it stays text.

    Parameters
    ----------
    column
        Text; NaN where the field is empty.

    Returns
    -------
    pandas.Series
        int64, float64, bool, object (flags of which some are missing) or text; float64 where
        nothing is there.
    """
    known = column.dropna()
    if known.empty:
        return column.astype("float64") if len(column) else column.astype(object)
    values = known.to_numpy(object)
    kinds = set(values[:1000])
    if kinds <= _FLAGS.keys() and set(values) <= _FLAGS.keys():
        flags = column.map(_FLAGS)
        return flags.astype(bool) if len(known) == len(column) else flags.astype(object)
    there = [value for value in values if value not in MISSING]
    if not all(map(_NUMBER.fullmatch, there)):
        return column
    whole = all(map(_WHOLE.fullmatch, there))
    numbers = pd.to_numeric(column.where(~column.isin(MISSING)))
    if whole and not _holds_whole(numbers, there):
        return column
    return numbers


def _holds_whole(numbers: pd.Series, values: Sequence[str]) -> bool:
    """Tell whether whole numbers came through: longer ones are names that look like numbers."""
    if numbers.dtype.kind == "i":
        return True
    return max((len(value) for value in values), default=0) <= 15


def may_hide_names(content: bytes, separator: str) -> bool:
    """Tell whether a table may have names that a parser of numbers would take for its own.

    These are fields like `01`, `1e3`, `TRUE`, or with a space at an end. It errs on the side of
    caution: a table in which the parser's own types can be trusted is read ten times faster.

    Parameters
    ----------
    content
        The whole file.
    separator
        Of its fields.
    """
    if any(flag in content for flag in (b"TRUE", b"FALSE", b"true", b"false")):
        return True
    return any(
        _hides_names(np.frombuffer(content, np.uint8)[first : first + _SLAB + 3], separator)
        for first in range(0, len(content), _SLAB)
    )


def _hides_names(codes: np.ndarray, separator: str) -> bool:
    if len(codes) < 4:
        return False
    border = np.isin(codes, np.frombuffer(f'{separator}\n\r"'.encode(), np.uint8))
    digit = (codes >= ord("0")) & (codes <= ord("9"))
    sign, space = (codes == ord("-")) | (codes == ord("+")), codes == ord(" ")
    begins = border[1:-2] | (sign[1:-2] & border[:-3])
    zeros = begins & (codes[2:-1] == ord("0")) & digit[3:]
    powers = digit[:-2] & ((codes[1:-1] | 32) == ord("e")) & digit[2:]
    spaces = (border[:-1] & space[1:]) | (space[:-1] & border[1:])
    return bool(zeros.any() or powers.any() or spaces.any())


def plain_types(frame: pd.DataFrame) -> bool:
    """Tell whether the types of a parsed table are plain: no whole number too long for them."""
    for name, kind in frame.dtypes.items():
        column = frame[name]
        if kind.kind == "u" or (kind.kind == "f" and (column.abs() >= 10**15).any()):
            return False
        if kind.name == "object" and pd.api.types.infer_dtype(column) not in {"boolean", "empty"}:
            return False
    return True


def unprintable(name: str) -> str | None:
    """Return what in a name no line of a table can hold: a tab, a line break, a control character.

    None where there is nothing of the kind.
    """
    for character in name:
        if unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}:
            return f"U+{ord(character):04X}"
    return None


def hdf5_key(name: str) -> str:
    """Return the name under which HDF5 keeps something: a slash there would begin a group.

    `/` is kept as `%2F`, and `%` as `%25`; a name of a dot alone, HDF5's word for here, as `%2E`.
    """
    if name == ".":
        return "%2E"
    return name.replace("%", "%25").replace("/", "%2F")


def hdf5_name(key: str) -> str:
    """Return the name of which `hdf5_key` made a key."""
    return key.replace("%2E", ".").replace("%2F", "/").replace("%25", "%")
