"""Algorithms of ownership, control, power and value: one idea a file, the textbook name."""
