"""Products: the example resource."""
