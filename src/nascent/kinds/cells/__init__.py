"""Single cells: images with masks, in wells or any other groups."""
