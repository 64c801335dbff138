"""Attribution: which pixels and channels of a cell moved a model's prediction."""
