"""How every command of the command line speaks and ends."""

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


def say(message: str) -> None:
    """Tell a person one line; whatever stands in names and texts from outside stays on it."""
    line = "".join(c if c.isprintable() else " " if c.isspace() else "\N{REPLACEMENT CHARACTER}" for c in message)
    print(f"xxgk: {line}", file=sys.stderr)
