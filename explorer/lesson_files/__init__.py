"""A lesson as files that need no server: one HTML page, and a handout to print."""
