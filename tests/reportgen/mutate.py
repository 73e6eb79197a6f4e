"""Damage to rendered reports: bytes flipped, pieces cut, moved, doubled or spliced, wild fragments put in. Seeded."""

import re
from collections.abc import Callable
from random import Random

from tests.reportgen.labels import load_data

_TABLE = re.compile(rb"<table.*?</table>", re.DOTALL)


def flip_bytes(data: bytes, other: bytes, random: Random) -> bytes:
    """Some bytes become others."""
    changed = bytearray(data)
    for _ in range(random.choice((1, 5, 50))):
        changed[random.randrange(len(changed))] = random.randrange(256)
    return bytes(changed)


def truncate(data: bytes, other: bytes, random: Random) -> bytes:
    """The end or the front is missing."""
    at = random.randrange(1, len(data))
    return data[:at] if random.random() < 0.7 else data[at:]


def splice(data: bytes, other: bytes, random: Random) -> bytes:
    """The front of one input and the back of another."""
    return data[: random.randrange(len(data))] + other[random.randrange(len(other)) :]


def delete_slices(data: bytes, other: bytes, random: Random) -> bytes:
    """Pieces are missing."""
    for _ in range(random.randrange(1, 6)):
        start = random.randrange(len(data))
        data = data[:start] + data[start + random.choice((1, 3, 30, 300)) :]
        if len(data) < 2:
            break
    return data or b" "


def double_slice(data: bytes, other: bytes, random: Random) -> bytes:
    """A piece stands many times."""
    start = random.randrange(len(data))
    piece = data[start : start + random.choice((2, 20, 400))]
    return data[:start] + piece * random.choice((2, 9, 60)) + data[start:]


def shuffle_lines(data: bytes, other: bytes, random: Random) -> bytes:
    """Neighbouring lines change places, or all of them do."""
    lines = data.split(b"\n")
    if random.random() < 0.3:
        random.shuffle(lines)
        return b"\n".join(lines)
    for _ in range(min(len(lines) // 2, 12)):
        at = random.randrange(len(lines))
        lines[at - 1], lines[at] = lines[at], lines[at - 1]
    return b"\n".join(lines)


def insert_fragments(data: bytes, other: bytes, random: Random) -> bytes:
    """Wild fragments (tags, spans, pipes, digits, control characters) stand anywhere."""
    fragments = load_data("furniture")["wild"]
    for _ in range(random.randrange(1, 8)):
        at = random.randrange(len(data))
        data = data[:at] + random.choice(fragments).encode() * random.choice((1, 1, 40)) + data[at:]
    return data


def insert_characters(data: bytes, other: bytes, random: Random) -> bytes:
    """Characters of the text are exchanged for digits, pipes, blanks or nothing."""
    characters = list(data.decode("utf-8", "replace"))
    for _ in range(random.choice((1, 10, 100))):
        characters[random.randrange(len(characters))] = random.choice(("0", "7", "|", " ", "", "\n", "一", "（", "万"))
    return "".join(characters).encode()


MUTATIONS: tuple[Callable[[bytes, bytes, Random], bytes], ...] = (
    flip_bytes,
    truncate,
    splice,
    delete_slices,
    double_slice,
    shuffle_lines,
    insert_fragments,
    insert_characters,
)


def mutate(data: bytes, other: bytes, random: Random) -> bytes:
    """``data`` after one to three of the mutations; ``other`` is what may be spliced in."""
    for _ in range(random.choice((1, 1, 2, 3))):
        data = random.choice(MUTATIONS)(data, other, random) or b" "
    return data


def cut_tables(page: bytes) -> bytes:
    """The page without its tables (which must not be nested)."""
    return _TABLE.sub(b"", page)
