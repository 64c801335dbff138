"""Does the prediction change when what a map ranks first is removed?"""
