"""Attribution: which pixels and channels of an example moved a model's prediction."""
