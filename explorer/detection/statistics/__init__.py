"""Rates, ROC curves, thresholds, windows and drift: what is computed from scores and samples."""
