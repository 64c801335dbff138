"""What single cells are, what is predicted of them, and what it is held against."""

from nascent.kind import Kind

KIND = Kind(
    name="cells",
    first_stage="crops",
    target="target",
    floors={
        "regression": ("mean", "area_cycle", "ols", "ridge", "ols_area_cycle", "ridge_area_cycle"),
        "classes": ("majority", "area_cycle", "logistic", "logistic_area_cycle"),
    },
    figures=("crops", "quality", "sizes", "pixels"),
)
