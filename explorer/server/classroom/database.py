"""The tables of all rooms."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Double, ForeignKey, Integer, MetaData, String, Table

TABLES = MetaData()
rooms = Table(
    "rooms",
    TABLES,
    Column("code", String, primary_key=True),
    Column("secret", String, nullable=False, index=True),
    Column("lesson", String, nullable=False),
    Column("step", Integer, nullable=False),
    Column("revealed", Boolean, nullable=False),
    Column("locked", Boolean, nullable=False),
    Column("opened", Double, nullable=False),
    Column("ended", Double),
)
members = Table(
    "members",
    TABLES,
    Column("room", String, ForeignKey("rooms.code", ondelete="CASCADE"), primary_key=True),
    Column("member", String, primary_key=True, index=True),
    Column("number", Integer, nullable=False),  # who came first has 1
    Column("nickname", String, nullable=False),
    Column("step", Integer, nullable=False),
    Column("seen", Double, nullable=False),
)
answers = Table(
    "answers",
    TABLES,
    Column("room", String, ForeignKey("rooms.code", ondelete="CASCADE"), primary_key=True),
    Column("member", String, primary_key=True),
    Column("step", Integer, primary_key=True),
    Column("choice", Integer, nullable=False),
    Column("at", Double, nullable=False),
)
quiz_answers = Table(
    "quiz_answers",
    TABLES,
    Column("room", String, ForeignKey("rooms.code", ondelete="CASCADE"), primary_key=True),
    Column("member", String, primary_key=True),
    Column("after", Boolean, primary_key=True),  # the lesson, or before it
    Column("question", Integer, primary_key=True),
    Column("choice", Integer),  # none for a question that was left open
    Column("at", Double, nullable=False),
)
wrong_codes = Table(
    "wrong_codes",
    TABLES,
    Column("number", Integer, primary_key=True),
    Column("browser", String, nullable=False),
    Column("address", String, nullable=False),
    Column("at", Double, nullable=False),
)


class NoRoom(ValueError):
    """There is no such room, no right to it, or its database fails; the message is one plain sentence."""
