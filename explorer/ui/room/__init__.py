"""The Room page: a teacher's view, a student's, and the form that joins a room."""
