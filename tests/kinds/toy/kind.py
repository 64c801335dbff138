"""What a toy gene is, what is predicted of it, and what it is held against."""

from nascent.kind import Kind, Words

KIND = Kind(
    name="toy",
    first_stage="windows",
    target="target",
    floors={
        "regression": ("mean", "ols", "ridge"),
        "classes": ("majority", "logistic"),
    },
    readers=("values", "columns"),
    words=Words(
        example="gene",
        examples="genes",
        group="chromosome",
        groups="chromosomes",
        part="file",
        parts="files",
        place="position",
        places="positions",
        object="gene",
    ),
)
