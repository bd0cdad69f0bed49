"""Sweeps: how often networks hallucinate over a grid of experiments, several seeds a cell."""
