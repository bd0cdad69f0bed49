"""Recursive training: each generation learns from what the one before drew."""
