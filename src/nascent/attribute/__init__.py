"""Attribution: which pixels and channels of a nucleus moved a model's prediction."""
