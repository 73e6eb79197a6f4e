"""An SQLite file of ours: opened or made, checked, read into rows and written in transactions."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import msgspec

VERSION = 1
_APPLICATION = int.from_bytes(b"xxgk", "big")
_SCHEMA = Path(__file__).with_name("state.sql")
# A commit is safe from a killed process at once, from a loss of power after the next checkpoint; what is lost then is
# in the archive.
_SETTINGS = ("journal_mode = WAL", "synchronous = NORMAL", "busy_timeout = 5000", "wal_autocheckpoint = 4000")

_Row = TypeVar("_Row")
_Values = Sequence[str | int | bytes]


class StateError(Exception):
    """The state cannot be opened, read or written; the message is one line: file, what is wrong, what to do."""


def columns_of(row: type[msgspec.Struct]) -> str:
    """The columns of a row, as they are written in a statement."""
    return ", ".join(f'"{name}"' for name in row.__struct_fields__)


def select_from(table: str, row: type[msgspec.Struct]) -> str:
    """The beginning of a statement that reads rows of a table."""
    return f"SELECT {columns_of(row)} FROM {table} "


def replace_in(table: str, row: type[msgspec.Struct]) -> str:
    """The statement that writes a row in place of the one with the same key."""
    marks = ", ".join("?" * len(row.__struct_fields__))
    return f"INSERT OR REPLACE INTO {table} ({columns_of(row)}) VALUES ({marks})"


def _storable(value: str | int | bytes) -> str | int | bytes:
    return value.encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else value


class Database:
    """The connection to the file ``path``, with the tables of state.sql. Every method may raise StateError."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._depth = 0
        try:
            self.connection = sqlite3.connect(path, isolation_level=None)
        except sqlite3.Error as error:
            raise self._failed(error) from None
        try:
            self._open()
        except BaseException:
            self.connection.close()
            raise

    def close(self) -> None:
        """Ends the connection; what was written in a transaction under way is not kept."""
        self.connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """What is written inside is written as one, or not at all where an exception leaves the block.

        A transaction within another one is part of it. Never await inside: what other coroutines write would be in it.
        """
        if self._depth == 0:
            self.execute("BEGIN IMMEDIATE")
        self._depth += 1
        try:
            yield
            if self._depth == 1:
                self.execute("COMMIT")
        except BaseException:
            if self._depth == 1 and self.connection.in_transaction:
                self.execute("ROLLBACK")
            raise
        finally:
            self._depth -= 1

    def execute(self, statement: str, values: _Values = ()) -> sqlite3.Cursor:
        """Runs one statement."""
        try:
            return self.connection.execute(statement, values)
        except sqlite3.Error as error:
            raise self._failed(error) from None
        except UnicodeEncodeError:
            # A text of JSON may hold half a surrogate pair, which no UTF-8 can.
            return self.execute(statement, [_storable(value) for value in values])

    def save(self, statement: str, row: msgspec.Struct) -> None:
        """Writes a row by the statement of ``replace_in``."""
        self.execute(statement, msgspec.structs.astuple(row))

    def one(self, statement: str, values: _Values, make: Callable[..., _Row]) -> _Row | None:
        """The first row that a statement finds; ``make`` takes its columns."""
        found = self.execute(statement, values).fetchone()
        return None if found is None else make(*found)

    def all(self, statement: str, values: _Values, make: Callable[..., _Row]) -> list[_Row]:
        """Every row that a statement finds."""
        try:
            return [make(*found) for found in self.execute(statement, values)]
        except sqlite3.Error as error:
            raise self._failed(error) from None

    def walk(
        self, statement: str, values: _Values, make: Callable[..., _Row], mark: Callable[[_Row], tuple[str, ...]]
    ) -> Iterator[_Row]:
        """Every row, read in batches: ``statement`` finds those behind a mark, and ``mark`` is the mark of a row.

        No statement is under way between two batches, so the table may be written meanwhile.
        """
        batch = self.all(statement, values, make)
        begin = len(values) - len(mark(batch[0])) if batch else 0
        while batch:
            yield from batch
            batch = self.all(statement, (*values[:begin], *mark(batch[-1])), make)

    def _open(self) -> None:
        """Makes the tables in an empty file; refuses one that is not ours, before anything of it is changed."""
        application, version, tables = (
            self.execute(query).fetchone()[0]
            for query in ("PRAGMA application_id", "PRAGMA user_version", "SELECT count(*) FROM sqlite_master")
        )
        if (application, tables) == (0, 0):
            self._make_tables()
        elif application != _APPLICATION:
            raise StateError(f"{self.path}: is a database of another program; name another data folder")
        elif version != VERSION:
            cure = "update the program" if version > VERSION else "move it away to begin anew"
            raise StateError(f"{self.path}: has version {version} of the state, {VERSION} is expected; {cure}")
        for setting in _SETTINGS:
            self.execute(f"PRAGMA {setting}")

    def _make_tables(self) -> None:
        try:
            self.connection.executescript(_SCHEMA.read_text(encoding="utf-8"))
        except sqlite3.Error as error:
            raise self._failed(error) from None

    def _failed(self, error: sqlite3.Error) -> StateError:
        code = getattr(error, "sqlite_errorname", "")
        if code.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
            cure = "it is damaged or no state of a crawl; move it away to begin anew"
        elif code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            cure = "another program writes to it; run again when it has ended"
        else:
            cure = "see that the file can be written and the disk has room"
        return StateError(f"{self.path}: {error}; {cure}")
