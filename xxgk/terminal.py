"""How every command of the command line speaks and ends."""

import errno
import os
import sys

import typer

NOT_ALL_READ = 1
WRONG_USAGE = 2
INTERRUPTED = 130


class UsageError(typer.TyperException):
    """The command line asks for what cannot be done; one line for a person."""

    exit_code = WRONG_USAGE


def end_with(status: int) -> None:
    """End the command with an exit status."""
    if status:
        raise typer.Exit(status)


def open_missing_streams() -> None:
    """Let a command run whose standard streams are closed (xxgk ... >&-): what it would print goes nowhere."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode))


_CURES: dict[type[OSError], str] = {
    FileNotFoundError: "no such file or folder; look at how it is written",
    IsADirectoryError: "is a folder; name a file",
    NotADirectoryError: "a part of this path is a file and no folder; name another place",
    FileExistsError: "a part of this path is a file and no folder; name another place",
    PermissionError: "may not be read or written by this user; allow it, or name another place",
}


def describe_failure(error: OSError) -> str:
    """What the disk or the system did not do, and what to do, as one line for a person."""
    what = _CURES.get(type(error)) or error.strerror or str(error)
    if error.filename:
        return f"{error.filename}: {what}"
    return f"not all could be written: {what}" if error.errno in (errno.ENOSPC, errno.EIO, errno.EDQUOT) else what


def describe_usage(error: typer.TyperException) -> str:
    """What is wrong with the words on the command line, and where it is told which are right."""
    # The library that converts the options says so before some of its messages.
    told = error.format_message().replace("Value error, ", "")
    context = getattr(error, "ctx", None)
    return f"{told.rstrip('.')}; {context.command_path} --help tells more" if context is not None else told


def say(message: str) -> None:
    """Tell a person one line; whatever stands in names and texts from outside stays on it."""
    line = "".join(c if c.isprintable() else " " if c.isspace() else "\N{REPLACEMENT CHARACTER}" for c in message)
    print(f"xxgk: {line}", file=sys.stderr)
