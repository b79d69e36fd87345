"""Algorithms over arrays of numbers; they know indices, never words."""
