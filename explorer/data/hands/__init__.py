"""Drawn hands that always have five fingers, and fingers counted in any picture."""
