"""Methods as a user writes them: one function a file."""
