"""Measurements, each beside what one would pick instead, in one run, on the same servers."""
