"""Networks that learn from few points, and from many: what they repeat, invent and generalise."""
