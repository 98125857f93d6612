"""Rows of databases: SQLite's, against Python's own driver, and of a PostgreSQL where one is installed."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from yamlnet.data.sources import SOURCES, sql
from yamlnet.data.table import Table
from yamlnet.diagnostics.diagnostic import DataError
from yamlnet.resolver.sql_text import SqlError, parse_url, require_select

FLOWERS = [(1.5, "rose", 1, b"x"), (2.0, "it's", None, None), (3.0, "100%", 3, b"")]


def read(folder: Path, url: str = "sqlite:///rows.db", **arguments: str) -> Table:
    return SOURCES["Sql"]({"url": url, **arguments}, folder, ("data", "train", "Sql"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    database = sqlite3.connect(tmp_path / "rows.db")
    database.execute("CREATE TABLE flowers (size REAL, kind TEXT, n INTEGER, raw BLOB)")
    database.executemany("INSERT INTO flowers VALUES (?, ?, ?, ?)", FLOWERS)
    database.execute("CREATE VIEW kinds AS SELECT kind FROM flowers")
    database.commit()
    database.close()
    return tmp_path


def test_a_table_has_the_rows_of_the_database(folder: Path) -> None:
    table = read(folder, table="flowers")
    assert table.columns["size"].tolist() == [1.5, 2, 3]
    assert table.columns["kind"].tolist() == ["rose", "it's", "100%"]
    assert table.columns["raw"].tolist() == [b"x", None, b""]
    np.testing.assert_array_equal(table.columns["n"], [1, np.nan, 3])
    assert read(folder, table="kinds").columns["kind"].tolist() == table.columns["kind"].tolist()


@pytest.mark.parametrize(
    "query",
    [
        "SELECT kind, size % 2 AS odd FROM flowers WHERE kind LIKE '%0\\%' ESCAPE '\\' OR kind = 'ro:se';",
        "with big as (select * from flowers where size > 1.7) select kind, ':x' as colon from big order by n",
        'SELECT "kind" AS "update; --" FROM flowers',
    ],
)
def test_a_query_gives_what_sqlite_gives(query: str, folder: Path) -> None:
    if "\\'" in query:
        with pytest.raises(SqlError, match="backslash"):
            require_select(query)
        return
    with sqlite3.connect(folder / "rows.db") as database:
        found = database.execute(query)
        names, rows = [one[0] for one in found.description], found.fetchall()
    table = read(folder, query=query)
    assert list(table.columns) == names
    assert [list(row) for row in zip(*table.columns.values(), strict=True)] == [list(row) for row in rows]


def test_rows_are_numbered_over_all_that_are_fetched(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sql, "ROWS", 2)
    assert read(folder, table="flowers").columns["size"].tolist() == [1.5, 2, 3]
    with sqlite3.connect(folder / "rows.db") as database:
        database.execute("CREATE TABLE mixed (a, b)")
        database.executemany("INSERT INTO mixed VALUES (?, ?)", [(1, 1), (2, 1), (3, 1), ("x", "y")])
    with pytest.raises(DataError, match=r"holds numbers, and row 4 is a text \('x'\)"):
        read(folder, table="mixed")
    with pytest.raises(DataError, match="the latter in rows 3 to 3, the former in rows 1 to 2"):
        read(folder, query="SELECT b FROM mixed WHERE a <> 3")


def test_nothing_can_be_written_even_by_what_is_taken_for_a_query(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sql, "require_select", str)
    before = (folder / "rows.db").read_bytes()
    for query in ("DELETE FROM flowers", "ATTACH 'other.db' AS other", "PRAGMA user_version = 3", "VACUUM"):
        with pytest.raises(DataError) as refused:
            read(folder, query=query)
        assert refused.value.check == "sql"
    with pytest.raises(DataError, match="load_extension"):
        read(folder, query="SELECT load_extension('x')")
    assert (folder / "rows.db").read_bytes() == before
    assert not (folder / "other.db").exists()


REFUSED = {
    "DELETE FROM rows": "begins with",
    "": "begins with",
    "SELECT 1; SELECT 2": "no further statement",
    "SELECT $$;$$": "no \\$",
    "SELECT 1 -- ; DROP TABLE rows": "no comments",
    "SELECT 1 /*!50000 INTO OUTFILE 'x' */": "no comments",
    "SELECT 1 # '\n INTO OUTFILE 'x' # '": "no comments",
    "SELECT * INTO other FROM rows": "only reads",
    "WITH gone AS (DELETE FROM rows RETURNING *) SELECT * FROM gone": "only reads",
    "SELECT '\\''; DROP TABLE rows; SELECT ''": "backslash",
    "SELECT 'open": "not closed",
    "SELECT `a;'` FROM rows": "not closed",
    "SELECT [a'] ; DROP TABLE rows; SELECT [b']": "brackets",
}


@pytest.mark.parametrize("query", REFUSED)
def test_a_query_is_one_select(query: str) -> None:
    with pytest.raises(SqlError, match=REFUSED[query]):
        require_select(query)


URLS = {
    "rows.db": "no URL of a database",
    "duckdb:///rows.db": "YAMLNET_PROTOCOLS=duckdb",
    "sqlite:///rows.db?mode=rw": "no options",
    "sqlite://": "is a file",
    "sqlite:///file:rows.db": "is a file",
    "postgresql://host/name?passfile=x": "no options",
    "postgresql://ada:secret@host/name": "PGPASSWORD",
    "oracle://ada:secret@host/name": "YAMLNET_SQL_PASSWORD",
    "mssql+pyodbc://host/name;DRIVER={x.so}": "does not read",
    "postgresql:///host=evil dbname=x": "does not read",
}


@pytest.mark.parametrize("url", URLS)
def test_a_url_names_one_database_and_no_more(url: str) -> None:
    with pytest.raises(SqlError, match=URLS[url]):
        parse_url(url)


def test_another_kind_of_database_may_be_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YAMLNET_PROTOCOLS", "sftp,duckdb")
    assert parse_url("duckdb:///rows").dialect == "duckdb"


def test_a_file_that_is_no_database_is_told(folder: Path) -> None:
    (folder / "text.db").write_text("no database " * 100)
    with pytest.raises(DataError, match="not a database"):
        read(folder, url="sqlite:///text.db", table="flowers")


def test_a_server_that_does_not_answer_is_told_at_its_url(folder: Path) -> None:
    with pytest.raises(DataError, match=r"127\.0\.0\.1 cannot be opened.*PGPASSWORD is not set") as refused:
        read(folder, url="postgresql://ada@127.0.0.1:1/garden", table="flowers")
    assert (refused.value.check, refused.value.path[-1]) == ("unreachable", "url")


def _binary(name: str) -> str | None:
    installed = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return shutil.which(name) or (str(installed[-1]) if installed else None)


@pytest.fixture(scope="module")
def postgresql() -> Iterator[str]:
    """A server of our own on a free port, which asks for a password; its URL."""
    initdb, server = _binary("initdb"), _binary("postgres")
    if initdb is None or server is None:
        pytest.skip("PostgreSQL's server is not installed")
    with tempfile.TemporaryDirectory(dir="/tmp") as scratch:
        folder = Path(scratch)
        as_user: dict[str, Any] = {"cwd": scratch}
        if os.getuid() == 0:  # it refuses to run as root
            import pwd

            user = pwd.getpwnam("nobody")
            os.chown(folder, user.pw_uid, user.pw_gid)
            as_user |= {"user": user.pw_uid, "group": user.pw_gid}
        (folder / "password").write_text("rose garden")
        (folder / "password").chmod(0o644)
        make = [initdb, "-D", f"{scratch}/data", "-U", "ada", "-A", "scram-sha-256", "--pwfile", "password"]
        subprocess.run(
            [*make, "-E", "UTF8", "--no-locale", "--no-sync"], check=True, capture_output=True, **as_user
        )
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [server, "-D", f"{scratch}/data", "-p", str(port), "-k", scratch, "-h", "127.0.0.1", "-F"]
        running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **as_user)
        try:
            _fill(port)
            yield f"postgresql://ada@127.0.0.1:{port}/postgres"
        finally:
            running.send_signal(signal.SIGINT)
            running.wait(30)


def _fill(port: int) -> None:
    import time

    import psycopg

    for _ in range(100):
        try:
            connection = psycopg.connect(
                host="127.0.0.1", port=port, user="ada", password="rose garden", dbname="postgres"
            )
            break
        except psycopg.OperationalError:
            time.sleep(0.1)
    with connection:
        connection.execute(
            "CREATE TABLE flowers (size real, kind text, n integer, price numeric(8, 2), seen date, "
            "fresh boolean, petals integer[], raw bytea, id uuid)"
        )
        connection.execute("CREATE SEQUENCE counted")
        row = (1.5, "rose", 1, Decimal("9.95"), date(2020, 2, 29), True, [1, 2], b"x")
        connection.execute(f"INSERT INTO flowers VALUES ({', '.join(['%s'] * 8)}, gen_random_uuid())", row)
        row = (2.5, "lily", None, Decimal("0.5"), None, False, [3, 4], None)
        connection.execute(f"INSERT INTO flowers VALUES ({', '.join(['%s'] * 8)}, gen_random_uuid())", row)


def test_postgresql_with_the_password_of_the_environment(
    postgresql: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSWORD", "rose garden")
    for url in (postgresql, postgresql.replace("postgresql:", "postgresql+psycopg:")):
        table = read(tmp_path, url, table="public.flowers")
        assert table.columns["size"].tolist() == [1.5, 2.5]
        assert table.columns["kind"].tolist() == ["rose", "lily"]
        np.testing.assert_array_equal(table.columns["n"], [1, np.nan])
        assert table.columns["price"].tolist() == [9.95, 0.5]
        assert table.columns["seen"].tolist() == ["2020-02-29", None]
        assert table.columns["fresh"].dtype == bool
        assert table.columns["petals"].tolist() == [[1, 2], [3, 4]]
        assert table.columns["raw"].tolist() == [b"x", None]
        assert all(len(one) == 36 for one in table.columns["id"])
    query = "SELECT kind, size::int AS whole, n % 2 AS odd FROM flowers WHERE kind LIKE 'r%'"
    assert read(tmp_path, postgresql, query=query).columns["kind"].tolist() == ["rose"]
    monkeypatch.setattr(sql, "require_select", str)
    for query in ("DELETE FROM flowers", "CREATE TABLE other (a int)", "SELECT 1; DROP TABLE flowers"):
        with pytest.raises(DataError, match="the database refuses the query"):
            read(tmp_path, postgresql, query=query)
    with pytest.raises(DataError, match="read-only transaction"):
        read(tmp_path, postgresql, query="SELECT nextval('counted')")
    with pytest.raises(DataError, match=r'"flwers" does not exist.*did you mean "flowers"'):
        read(tmp_path, postgresql, table="flwers")


def test_postgresql_without_its_password(
    postgresql: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PGPASSWORD", raising=False)
    with pytest.raises(DataError, match=r"no password supplied.*PGPASSWORD is not set"):
        read(tmp_path, postgresql, table="flowers")
    monkeypatch.setenv("PGPASSWORD", "wrong")
    with pytest.raises(DataError, match="password authentication failed") as refused:
        read(tmp_path, postgresql, table="flowers")
    assert "wrong" not in str(refused.value)
