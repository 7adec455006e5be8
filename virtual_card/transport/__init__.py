"""How a software card meets the world: a real PC/SC service through vpcd, pyscard programs, a state file, a terminal.

The only rooms of the card that reach sockets, threads and the operating system.
"""
