"""One run at a time: a lock that the operating system gives back when the process ends, however it ends."""

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import msgspec


class LockError(Exception):
    """Another run is under way, or the lock cannot be taken; the message is one line."""


class _Holder(msgspec.Struct, frozen=True):
    """What the lock file says of the process that holds it."""

    pid: int
    host: str
    started: str


@contextmanager
def hold_lock(path: Path) -> Iterator[str]:
    """Holds the lock in the file ``path`` inside the block.

    Gives a note for a person where the lock was left by a run that was broken off, else "". Raises LockError where a
    living process holds it. The file stays, emptied: to delete it would let two runs hold a file of that name each.
    """
    try:
        file = path.open("a+b")
    except OSError as error:
        raise LockError(f"{path}: {error.strerror or error}; make it a file to write to") from None
    with file:
        before = _take(file, path)
        holder = _Holder(os.getpid(), socket.gethostname(), f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}")
        _write(file, msgspec.json.encode(holder))
        try:
            yield before
        finally:
            _write(file, b"")


def _take(file: BinaryIO, path: Path) -> str:
    """Locks the file; a note on who held it last, where that process did not give it back."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise LockError(f"{path}: a run is under way ({_told(file)}); run again when it has ended") from None
    except OSError as error:
        raise LockError(f"{path}: {error.strerror or error}; put the data on a disk that knows locks") from None
    told = _told(file)
    return f"{path}: the lock of a run that was broken off ({told}) is taken over" if told else ""


def _told(file: BinaryIO) -> str:
    """Process, host and start as the file says, "" where it is empty."""
    file.seek(0)
    text = file.read()
    if not text:
        return ""
    try:
        holder = msgspec.json.decode(text, type=_Holder)
    except msgspec.DecodeError:
        return "the lock does not say which"
    return f"process {holder.pid} on {holder.host} since {holder.started}"


def _write(file: BinaryIO, text: bytes) -> None:
    file.seek(0)
    file.truncate()
    file.write(text)
    file.flush()
