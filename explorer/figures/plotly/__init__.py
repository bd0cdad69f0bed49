"""Charts that Plotly draws: those that need its zoom and its exact readings."""
