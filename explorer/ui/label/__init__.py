"""The page on labels by hand."""
