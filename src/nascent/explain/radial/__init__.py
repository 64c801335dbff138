"""Whether maps lie in the centre of the example or at its edge, beside the image."""
