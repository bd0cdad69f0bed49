"""Lessons: data in this folder, one file each, read and checked here; the screen shows them."""
