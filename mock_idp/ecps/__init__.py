"""The e-CPS journeys as pure machines: activating a phone, and approving a login on it.

Nothing here reads a clock, draws a random number or answers HTTP: time and chance come in as values.
"""
