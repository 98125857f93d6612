"""`Sql`: what one SELECT gives, or a table, of any database that SQLAlchemy speaks with.

    {Sql: {url: "sqlite:///rows.db", table: flowers}}
    {Sql: {url: "postgresql://ada@db.example.org/garden", query: "SELECT size, kind FROM flowers"}}

A server elsewhere is asked only if the user names it: `YAMLNET_SQL_HOSTS=db.example.org`. A blueprint holds
no password. It is taken from the environment variable that the database's own programs
read: `PGPASSWORD` (PostgreSQL, whose driver reads `~/.pgpass` and `PGSSLMODE` as well), `MYSQL_PWD` (MySQL,
MariaDB), `SQLCMDPASSWORD` (SQL Server), and `YAMLNET_SQL_PASSWORD` for others. The driver is
psycopg for PostgreSQL, pymysql for MySQL and MariaDB, oracledb, pyodbc; another one is written
`mysql+mysqldb://…`.

Nothing is written: the query is one SELECT, the transaction may only read, and it is rolled back. SQLite's
files are opened as such, and only for what a SELECT needs. (https://docs.sqlalchemy.org)
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote

from yamlnet.data.columns.arrow import all_joined, no_rows, observed, plain, whole
from yamlnet.data.files.contents import require_pyarrow
from yamlnet.data.files.found import File, files_at
from yamlnet.data.table import Table
from yamlnet.diagnostics.diagnostic import DataError, KeyPath
from yamlnet.diagnostics.suggest import did_you_mean
from yamlnet.resolver.sql_text import Database, parse_url, require_select

ROWS = 1 << 16
"""Rows that are fetched together."""

SECONDS = 15
"""How long a server is waited for."""

READ_ONLY = {
    "postgresql": "SET TRANSACTION READ ONLY",
    "mysql": "SET SESSION TRANSACTION READ ONLY",
    "mariadb": "SET SESSION TRANSACTION READ ONLY",
    "oracle": "SET TRANSACTION READ ONLY",
}
TIMEOUTS = {"psycopg": "connect_timeout", "psycopg2": "connect_timeout", "pymysql": "connect_timeout"}
DRIVERS = {"postgresql": "psycopg", "mysql": "pymysql", "mariadb": "pymysql", "oracle": "oracledb"}
"""The drivers where a URL names none: what `pip` installs without a compiler."""

HOSTS = "YAMLNET_SQL_HOSTS"
"""The environment variable in which a user names the servers that blueprints may ask, with commas."""

NEAR = ("localhost", "127.0.0.1", "::1")
"""Servers that may be asked unnamed: this machine's own."""

PLAIN = (bool, int, float, str, bytes, list, dict, date, time)
"""What Arrow makes columns of; other values are taken as texts."""


def read(arguments: Mapping[str, object], root: Path, path: KeyPath) -> Table:
    """Read all rows.

    Raises:
        DataError: SQLAlchemy or the driver is missing, the database cannot be reached, it refuses the query,
            or a column holds numbers in one row and texts in another.
    """
    require_pyarrow("a database", path)
    try:
        import sqlalchemy
    except ImportError as error:
        hint = 'pip install "yamlnet[sql]"'
        raise DataError("the source Sql needs sqlalchemy", hint, path, "missing-package") from error
    database = parse_url(str(arguments["url"]))
    name = str(arguments.get("table") or "the query")
    engine = _engine(sqlalchemy, database, root, path)
    with _connected(sqlalchemy, engine, database, path) as connection:
        statement = _statement(sqlalchemy, connection, arguments, path)
        try:
            parts = list(_tables(connection, statement, name, path))
        except sqlalchemy.exc.SQLAlchemyError as error:
            place = (*path, "query" if "query" in arguments else "table")
            message = f"the database refuses the query: {_told(error)}{_mend(sqlalchemy, engine, arguments)}"
            raise DataError(message, path=place, check="sql") from error
    kinds = all_joined([(rows, observed(table)) for rows, table in parts], path)
    return whole([table for _, table in parts], kinds, name, path)


def _told(error: Any) -> str:
    """A database's own words, in one line."""
    return " ".join(str(getattr(error, "orig", None) or error).split())[:300]


def _mend(sqlalchemy: Any, engine: Any, arguments: Mapping[str, object]) -> str:
    """The table that is likely meant."""
    if "table" not in arguments:
        return ""
    schema, _, name = str(arguments["table"]).rpartition(".")
    try:
        looking = sqlalchemy.inspect(engine)
        known = [*looking.get_table_names(schema or None), *looking.get_view_names(schema or None)]
    except sqlalchemy.exc.SQLAlchemyError:
        return ""
    if name in known:
        return ""
    return did_you_mean(name, known) or (f"; there are {', '.join(known[:10])}" if known else "")


def _engine(sqlalchemy: Any, database: Database, root: Path, path: KeyPath) -> Any:
    _require_meant(database, path)
    pool = sqlalchemy.pool.NullPool  # no connection outlives its use
    try:
        if database.file:
            file = files_at(database.file, root, (*path, "url"))[0]
            return sqlalchemy.create_engine("sqlite://", creator=lambda: _sqlite(file), poolclass=pool)
        driver = database.driver or DRIVERS.get(database.dialect, "")
        url = sqlalchemy.URL.create(
            f"{database.dialect}+{driver}" if driver else database.dialect,
            username=database.user or None,
            password=os.environ.get(database.password),
            host=database.host or None,
            port=database.port,
            database=database.database or None,
        )
        waiting = {TIMEOUTS[driver]: SECONDS} if driver in TIMEOUTS else {}
        return sqlalchemy.create_engine(url, connect_args=waiting, poolclass=pool)
    except ImportError as error:
        message = f"a database of {database.dialect} needs the package {error.name or error}"
        raise DataError(message, f"pip install {error.name}", (*path, "url"), "missing-package") from error
    except sqlalchemy.exc.NoSuchModuleError as error:
        message = f"SQLAlchemy knows no such database or driver: {_told(error)}"
        raise DataError(message, path=(*path, "url"), check="sql") from error


def _require_meant(database: Database, path: KeyPath) -> None:
    """Refuse a server that the user has not named: the password of the environment would be sent to it."""
    named = os.environ.get(HOSTS, "").split(",")
    if database.host and database.host not in (*NEAR, *named):
        message = f"{database.host} would be sent your password, and the blueprint may be a stranger's"
        raise DataError(
            f"{message}; say that you mean it: {HOSTS}={database.host}", None, (*path, "url"), "sql"
        )


def _sqlite(file: File) -> Any:
    import sqlite3

    return sqlite3.connect(f"file:{quote(str(file.path.resolve()))}?mode=ro", uri=True)


def _connected(sqlalchemy: Any, engine: Any, database: Database, path: KeyPath) -> Any:
    try:
        connection = engine.connect()
        if database.file:
            connection.connection.dbapi_connection.set_authorizer(_only_selects)
        elif database.dialect in READ_ONLY:
            connection.exec_driver_sql(READ_ONLY[database.dialect])
        return connection
    except sqlalchemy.exc.SQLAlchemyError as error:
        where = database.file or database.host or f"the {database.dialect} of this machine"
        check = "file" if database.file else "unreachable"
        secret = (
            "" if database.file or os.environ.get(database.password) else f" ({database.password} is not set)"
        )
        message = f"the database {where} cannot be opened: {_told(error)}{secret}"
        raise DataError(message, path=(*path, "url"), check=check) from error


def _only_selects(action: int, first: str | None, second: str | None, *_: object) -> int:
    """SQLite asks this of everything that a statement does: what a SELECT needs is allowed."""
    import sqlite3

    reads = (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE)
    is_loading = action == sqlite3.SQLITE_FUNCTION and str(second).lower() == "load_extension"
    return sqlite3.SQLITE_OK if action in reads and not is_loading else sqlite3.SQLITE_DENY


def _statement(sqlalchemy: Any, connection: Any, arguments: Mapping[str, object], path: KeyPath) -> Any:
    if "query" in arguments:
        # What follows a colon would be a parameter of SQLAlchemy's.
        return sqlalchemy.text(require_select(str(arguments["query"])).replace(":", "\\:"))
    schema, _, name = str(arguments["table"]).rpartition(".")
    return sqlalchemy.select(sqlalchemy.text("*")).select_from(sqlalchemy.table(name, schema=schema or None))


def _tables(connection: Any, statement: Any, name: str, path: KeyPath) -> Iterator[tuple[str, Any]]:
    """The rows some after others, as Arrow's tables."""
    result = connection.execution_options(stream_results=True).execute(statement)
    names = list(result.keys())
    first = 0
    while rows := result.fetchmany(ROWS):
        yield f"rows {first + 1} to {first + len(rows)}", _table(rows, names, first, name, path)
        first += len(rows)
    if not first:
        raise no_rows(name, path)


def _table(rows: Sequence[Any], names: list[str], first: int, source: str, path: KeyPath) -> Any:
    import pyarrow

    columns = [
        _column([row[index] for row in rows], name, first, source, path) for index, name in enumerate(names)
    ]
    return plain(pyarrow.Table.from_arrays(columns, names=names), source, path)


def _column(values: list[Any], name: str, first: int, source: str, path: KeyPath) -> Any:
    import pyarrow

    one = next((value for value in values if value is not None), None)
    if isinstance(one, Decimal):
        values = [float(value) if isinstance(value, Decimal) else value for value in values]
    elif isinstance(one, memoryview | bytearray):
        values = [value if value is None else bytes(value) for value in values]
    elif not isinstance(one, (*PLAIN, type(None))):
        values = [value if value is None else str(value) for value in values]
    try:
        return pyarrow.array(values)
    except (pyarrow.ArrowException, OverflowError, TypeError) as error:
        row = next(
            (row for row, value in enumerate(values) if value is not None and _family(value) != _family(one)),
            0,
        )
        message = (
            f'column "{name}" of {source} holds {_family(one)}s, and row {first + row + 1} is a '
            f"{_family(values[row])} ({str(values[row])[:60]!r}); CAST it in the query"
        )
        raise DataError(message, path=path, check="sql") from error


def _family(value: object) -> str:
    match value:
        case bool():
            return "boolean"
        case int() | float() | Decimal():
            return "number"
        case str():
            return "text"
        case _:
            return type(value).__name__
