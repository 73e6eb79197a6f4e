"""The errors that a reader of bytes may raise; each message is one line for a person."""


class NotAReport(Exception):
    """The input is no annual report that can be read; the message says why and what to do."""
