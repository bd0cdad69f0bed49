"""The Dimension page."""
