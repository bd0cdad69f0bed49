"""The exact density of what a 1-D sampler draws, computed without drawing a sample."""
