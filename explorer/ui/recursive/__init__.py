"""The Recursive page."""
