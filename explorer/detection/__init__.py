"""Counting hallucinations, and detecting them among the samples in the support."""
