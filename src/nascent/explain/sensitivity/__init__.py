"""How much does a map move when its input hardly changes?"""
