"""The identity card of a scenario."""
