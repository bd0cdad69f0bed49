"""Counting hallucinations, and telling them from honest samples."""
