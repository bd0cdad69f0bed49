"""The page on a model of one's own."""
