"""Models by name.

An architecture is one file that says what is its own: `body`, from the symbolic images (n, S, S, C)
to a feature map (n, h, w, F), and its usual `POOLING` and `HEAD`. Inputs, pooling, head, output and
penalties are the same for all (`nascent.train.architectures.build`).
"""
