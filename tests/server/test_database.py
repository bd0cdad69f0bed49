"""The database that all processes share: which one it is, one writer at a time, errors in one sentence."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, func, insert, select

from explorer.server.database import FILE, Database, DatabaseError, shared
from tests.server.databases import postgresql

TABLES = MetaData()
numbers = Table("numbers", TABLES, Column("number", Integer, primary_key=True))


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def two(request, tmp_path):
    """One database, as two processes have it."""
    if request.param == "SQLite":
        url = f"sqlite:///{tmp_path}/a.sqlite"
    else:
        url = request.getfixturevalue("cluster").url()
    opened = [Database(url), Database(url)]
    yield opened
    for database in opened:
        database.close()


@pytest.fixture(scope="module")
def cluster():
    with postgresql() as cluster:
        yield cluster


def test_one_writes_at_a_time_and_an_error_undoes_it(two):
    def count_up(database):
        database.create(TABLES)
        for _ in range(20):
            with database.writing() as connection:  # reads before it writes: two at once would write the same
                there = connection.scalar(select(func.count()).select_from(numbers))
                connection.execute(insert(numbers).values(number=there + 1))

    threads = [threading.Thread(target=count_up, args=(two[number % 2],)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    def fail():
        with two[0].writing() as connection:
            connection.execute(insert(numbers).values(number=0))
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with two[1].reading() as connection:
        assert connection.scalars(select(numbers.c.number).order_by(numbers.c.number)).all() == [
            *range(1, 81)
        ]


def test_readers_do_not_wait_for_who_writes(two):
    for database in two:
        database.create(TABLES)
    with two[0].writing() as writer:
        writer.execute(insert(numbers).values(number=1000))
        with two[1].reading() as reader:
            assert reader.scalar(select(numbers.c.number).where(numbers.c.number == 1000)) is None
    with two[1].reading() as reader:
        assert reader.scalar(select(numbers.c.number).where(numbers.c.number == 1000)) == 1000


def test_it_lies_in_the_folder_or_is_the_one_that_is_named(own_cache, monkeypatch, tmp_path):
    shared().create(TABLES)
    assert (own_cache / FILE).is_file()
    assert shared() is shared()
    monkeypatch.setenv("EXPLORER_DATABASE", f"sqlite:///{tmp_path}/named.sqlite")
    shared().create(TABLES)
    assert (tmp_path / "named.sqlite").is_file()


@pytest.mark.parametrize(
    "url", ["", "rooms", "mysql://a:secret@b/c", "nosuch://a:secret@b/c", "postgres+x://secret@b"]
)
def test_what_is_no_url_is_one_sentence_without_its_password(url):
    with pytest.raises(DatabaseError, match="begins with sqlite:/// or postgresql://") as error:
        Database(url)
    assert "secret" not in str(error.value)


def test_a_database_that_is_not_there_is_one_sentence_without_its_password():
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    nowhere = Database("postgresql://explorer:secret@127.0.0.1:1/explorer")
    with pytest.raises(DatabaseError, match="could not be written: .*refused") as error:
        nowhere.create(TABLES)
    assert "secret" not in str(error.value)
    assert "\n" not in str(error.value)
