"""The engine measured against a plain reference in the same run; a test never asserts what comes out."""
