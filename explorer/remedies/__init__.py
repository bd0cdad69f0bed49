"""What prevents mode interpolation, and what it costs: denoisers that wrap a denoiser, and their price."""
