"""The Shapes page."""
