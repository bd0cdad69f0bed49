"""Schedule, denoisers, networks, training, sampling and the exact density of a learned sampler."""
