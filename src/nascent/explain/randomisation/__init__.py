"""Do maps depend on the weights and the targets that a model has learnt?"""
