import re
import tomllib

import yaml


def test_the_conda_environment_names_the_versions_of_the_lock(root):
    lock = tomllib.loads((root / "uv.lock").read_text())
    locked = {package["name"]: package.get("version") for package in lock["package"]}
    environment = yaml.safe_load((root / "envs" / "nascent.yaml").read_text())
    (pip,) = [entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict)]
    pins = dict(re.match(r"([\w.-]+)==([^ ;]+)", pin).groups() for pin in pip if "==" in pin)
    assert pins == {name: locked[name] for name in pins}, "run `make envs`"
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["cpu"]
    direct = {re.match(r"[\w.-]+", requirement)[0] for requirement in wanted}
    assert direct <= set(pins), "run `make envs`"
