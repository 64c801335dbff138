"""Print the study of real wells with short jobs, some or all of them.

python .ci/short_codex.py some|all
"""

import sys
from pathlib import Path

import yaml

study = yaml.safe_load(Path("config/codex.yaml").read_text(encoding="utf-8"))
models, methods, explain = study["train"]["models"], study["attribute"]["methods"], study["explain"]
models["linear"]["epochs"] = 10
models["simple_cnn"] |= {"epochs": 5, "seeds": [1]}
models["EfficientNetV2B0"]["epochs"] = 2
methods["ig"]["steps"] = 16
methods["vargrad"] |= {"steps": 4, "samples": 2}
explain |= {
    "cells": 6,
    "untrained": {"models": 2, "cells": 1},
    "sensitivity": {"draws": 1},
    "use": {"cells": 12, "repeats": 2},
}
if sys.argv[1] == "some":
    # What is left out runs in other studies of every day, on simulated wells.
    study["splits"]["fold"] = "A01"
    models["simple_cnn"]["epochs"], methods["ig"]["steps"] = 3, 8
    del models["EfficientNetV2B0"], methods["vargrad"], methods["gradient"], methods["grad_cam"]
    del explain["roar"], explain["randomised_targets"]
print(yaml.safe_dump(study))
