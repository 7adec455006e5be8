"""Miniature portals: a small correct one, and the same one with a single check forgotten (FICTIF, SIMULATEUR).

They show what passing and failing look like, and keep the scenarios honest: each must fail on its own miniature and
pass on the correct one.
"""
