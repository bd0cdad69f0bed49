"""Detectors: each gives a finished sample a score, higher is more suspicious; one file a detector."""
