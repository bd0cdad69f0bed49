"""Simple Shapes: pictures whose every valid one is known, so that the perfect denoiser is exact."""
