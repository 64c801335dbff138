"""Do seeds, methods and architectures rank the same places first?"""
