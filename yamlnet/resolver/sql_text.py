"""What a database's URL and a query may be, told from their text alone.

A blueprint may be a stranger's. So a query has no second statement and nothing that could hide one, whatever
the database's own rules of quoting: no comments, no `$`, no backslash before a quote. Reading happens in a
transaction that may not write, as a second belt. URLs have no options, since some of those make a driver open
files or load libraries, and no password, since the blueprint is kept with every run.
"""

from __future__ import annotations

import re

from msgspec import Struct

from yamlnet.protocols import MORE, is_allowed

DIALECTS = ("sqlite", "postgresql", "mysql", "mariadb", "oracle", "mssql")

PASSWORDS = {
    "postgresql": "PGPASSWORD",
    "mysql": "MYSQL_PWD",
    "mariadb": "MYSQL_PWD",
    "mssql": "SQLCMDPASSWORD",
}
"""The environment variables in which the databases' own programs look for a password."""

OTHER_PASSWORD = "YAMLNET_SQL_PASSWORD"
"""Where a database's own programs look for none."""

URL = re.compile(r"(?P<dialect>[a-z][a-z0-9_]*)(?:\+(?P<driver>[a-z][a-z0-9_]*))?://(?P<rest>.*)", re.DOTALL)
SERVER = re.compile(
    r"(?:(?P<user>[\w.\-]+)(?P<password>:[^@]*)?@)?(?P<host>[\w.\-]*)(?::(?P<port>\d+))?(?:/(?P<database>[\w.\-]*))?"
)
QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|`[\w .\-]*`")
BRACKETS = re.compile(r"\[[\w .:,\-]*\]")
"""Names of some databases, arrays of others: without a quote in them, which only one of the two would see."""

WRITES = re.compile(
    r"\b(?:into|insert|update|delete|merge|replace\s+into|create|alter|drop|truncate|grant|attach|call|copy|exec)\b",
    re.IGNORECASE,
)


class SqlError(ValueError):
    """A URL or a query that is refused; the message says the mend."""


class Database(Struct, frozen=True):
    """A database as a URL names it.

    Attributes:
        dialect: SQLAlchemy's name of the kind of database.
        driver: the Python package that speaks with it; "" is SQLAlchemy's own choice.
        file: of SQLite, the path as it is written; else "".
        user, host, port, database: of a server; "" and None where nothing is written.
    """

    dialect: str
    driver: str = ""
    file: str = ""
    user: str = ""
    host: str = ""
    port: int | None = None
    database: str = ""

    @property
    def password(self) -> str:
        """The environment variable that its password is taken from."""
        return PASSWORDS.get(self.dialect, OTHER_PASSWORD)


def parse_url(url: str) -> Database:
    """Read a URL as SQLAlchemy has them.

    Raises:
        SqlError: it names no database, or more than one.
    """
    found = URL.fullmatch(url)
    if found is None:
        raise SqlError(
            f'"{url}" is no URL of a database; write sqlite:///rows.db, or postgresql://user@host/name'
        )
    dialect, driver, rest = found["dialect"], found["driver"] or "", found["rest"]
    if dialect not in DIALECTS and not is_allowed(dialect):
        mend = f"there are {', '.join(DIALECTS)}; {MORE}={dialect} allows another"
        raise SqlError(f'"{dialect}" is no kind of database that a blueprint may name; {mend}')
    if "?" in rest:
        raise SqlError("the URL of a database has no options in a blueprint; leave out what begins with ?")
    if dialect == "sqlite":
        return _sqlite(rest)
    parts = SERVER.fullmatch(rest)
    if parts is None:
        raise SqlError(f'"{url}" does not read; write {dialect}://user@host:port/database, in plain letters')
    database = Database(
        dialect,
        driver,
        user=parts["user"] or "",
        host=parts["host"],
        port=int(parts["port"]) if parts["port"] else None,
        database=parts["database"] or "",
    )
    if parts["password"] is not None:
        mend = f"leave it out, and set {database.password} in the environment"
        raise SqlError(f"a password in a blueprint is kept with every run; {mend}")
    return database


def _sqlite(rest: str) -> Database:
    file = rest.removeprefix("/")
    if not rest.startswith("/") or not file.strip() or file.startswith((":", "file:")):
        raise SqlError("a database of SQLite is a file: sqlite:///rows.db, relative to the blueprint")
    return Database("sqlite", file=file)


def require_select(query: str) -> str:
    """A query without its last semicolon.

    Raises:
        SqlError: it is no SELECT, more than one statement, or could hide one.
    """
    text = query.strip().removesuffix(";").rstrip()
    if re.search(r"\\['\"`]", text):
        raise SqlError("a query has no backslash before a quote: databases differ in what that means")
    bare = QUOTED.sub("\0", text)
    if any(quote in bare for quote in "'\"`"):
        raise SqlError("a quote of the query is not closed")
    if any(bracket in BRACKETS.sub("", bare) for bracket in "[]"):
        raise SqlError("brackets of a query hold letters, digits and commas; take quotes for a name")
    if "--" in bare or "/*" in bare or "#" in bare:
        raise SqlError("a query has no comments; write them in the blueprint")
    if ";" in bare or "$" in bare:
        raise SqlError("a query is one SELECT; it has no further statement, and no $")
    if not re.match(r"(?:select|with)\b", bare, re.IGNORECASE):
        raise SqlError(
            f'a query is one SELECT, and this begins with "{text.split(maxsplit=1)[0] if text else ""}"'
        )
    if writes := WRITES.search(bare):
        raise SqlError(
            f'a query only reads, and this says "{writes[0]}"; a column called so is put in quotes'
        )
    return text
