"""How results lie on disk: sealed, verified when they are read, written to a temporary name and renamed."""
