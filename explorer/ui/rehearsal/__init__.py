"""A class that is played against a running server: what its students wait for."""
