"""The Memorise page."""
