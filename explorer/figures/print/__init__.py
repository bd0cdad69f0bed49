"""Figures as files for papers, slides and pages."""
