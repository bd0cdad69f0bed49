"""Arrays in, figures out; one palette."""
