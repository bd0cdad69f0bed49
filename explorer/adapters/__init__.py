"""Models of other libraries, as the explorer's own nouns."""
