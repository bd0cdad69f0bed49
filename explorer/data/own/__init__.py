"""Pictures that a user brings: a folder of them becomes data to learn from."""
