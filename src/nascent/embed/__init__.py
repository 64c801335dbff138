"""What a trained network makes of examples before its last layer, and how near they are there."""
