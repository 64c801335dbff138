"""Attribution methods: one file each, found by its name (`nascent.attribute.method`).

A file says which options its method takes, what its maps are and what they cost, without a
framework: it imports what computes them when it prepares.
"""
