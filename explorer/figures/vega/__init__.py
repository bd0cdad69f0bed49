"""Charts that do not move, as Vega-Lite specifications and their data."""
