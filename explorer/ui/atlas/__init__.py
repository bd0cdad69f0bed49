"""The Atlas page."""
