"""Fuzzing of a portal: a plan is drawn, carried out, judged by properties, shrunk; the smallest plan is the report."""
