"""Rooms: a teacher and a class at the same lesson, kept in a database."""
