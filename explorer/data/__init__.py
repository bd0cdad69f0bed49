"""Data distributions whose truth is known exactly, and points that a user brings."""
