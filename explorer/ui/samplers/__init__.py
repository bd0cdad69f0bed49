"""The Samplers page."""
