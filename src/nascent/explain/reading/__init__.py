"""Maps beside the pixels that the model saw, opened for read-outs and checks."""
