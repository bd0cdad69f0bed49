"""All detectors and all remedies on several presets and seeds as one table, with methods of one's own."""
