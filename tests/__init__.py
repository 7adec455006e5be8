"""The tests of psc-conformance: they may import everything, and nothing imports them."""
