"""What single cells are, what is predicted of them, and what it is held against."""

from nascent.kind import Kind, Words

KIND = Kind(
    name="cells",
    first_stage="crops",
    target="target",
    floors={
        "regression": ("mean", "area_cycle", "ols", "ridge", "ols_area_cycle", "ridge_area_cycle"),
        "classes": ("majority", "area_cycle", "logistic", "logistic_area_cycle"),
    },
    figures=("crops", "quality", "sizes", "pixels", "plate"),
    words=Words(
        example="cell",
        examples="cells",
        group="well",
        groups="wells",
        part="well",
        parts="wells",
        feature="channel",
        features="channels",
        place="pixel",
        places="pixels",
        object="cell",
    ),
    factors=("perturbation", "cell_cycle"),
    batches=("plate",),
    references={
        "area_cycle": "area and cell cycle",
        "ols_area_cycle": "least squares on {feature} means, area and cell cycle",
        "ridge_area_cycle": "ridge regression on {feature} means, area and cell cycle",
        "logistic_area_cycle": "logistic regression on {feature} means, area and cell cycle",
    },
)
