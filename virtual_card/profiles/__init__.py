"""Generations of the CPS card: which files, keys, rules and commands each has."""
