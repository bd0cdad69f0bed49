"""One table of all detectors and all remedies over several presets and seeds, and methods of one's own in it."""
