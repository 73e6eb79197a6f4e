"""The table of section 2 (条例 article 20): blocks of rows, each under its own header; 2021 and 2019 forms."""

import re
from functools import lru_cache
from itertools import accumulate

import msgspec

from parsers.documents.model import Cell, Grid
from parsers.forms.lost import is_glued
from parsers.forms.rows import (
    MISSING_LINE,
    PrintedRow,
    Slot,
    is_damaged,
    place_by_columns,
    read_cell,
    refuse,
    trim_remarks,
)
from parsers.forms.schema import DISCLOSURE, DisclosureBlock, load_forms, read_label, telling_rows
from parsers.numbers import Reading
from parsers.placement import cut_once
from parsers.text import compact

_HEADER_UNIT = re.compile(r"\((?:单位[:：]?)?(元|万元|亿元)\)")


class DisclosureRow(msgspec.Struct):
    """One row of numbers that was found, with the header above it, not yet read."""

    key: str
    row: PrintedRow
    header: list[Cell]
    table: int
    aligned: bool
    is_part: bool
    is_damaged: bool
    is_glued: bool = False

    @property
    def header_texts(self) -> tuple[str, ...]:
        """What the cells of the header say."""
        return tuple(cell.text for cell in self.header)


def find_disclosure_rows(grid: Grid, rows: list[PrintedRow], table: int) -> list[DisclosureRow]:
    """The rows of section 2 in a grid, each with the header that it stands under (empty where that is lost)."""
    found: list[DisclosureRow] = []
    header: list[Cell] = []
    if not any(row.tables & DISCLOSURE for row in rows):
        return found
    damaged = is_damaged(grid)
    for row in rows:
        if not row.tables & DISCLOSURE:
            continue
        columns = [cell for cell, word in zip(row.labels, row.meanings, strict=True) if word.disclosure_columns]
        keys = [n for n, word in enumerate(row.meanings) if word.disclosure_rows]
        if any(word.article for word in row.meanings):
            header = []
        if columns and not keys:
            header = columns
        if keys and len(keys) == 1:
            key = row.meanings[keys[0]].disclosure_rows[0]
            # A label behind the row's own says that the row is only a part of it (行政检查 of 其他对外管理服务事项).
            is_part = keys[0] < len(row.labels) - 1
            found.append(DisclosureRow(key, row, header, table, grid.aligned, is_part, damaged))
    if not grid.aligned and is_glued([cell for item in found for cell in item.row.filled]):
        for item in found:
            item.is_glued = True
    return found


@lru_cache(maxsize=1024)
def choose_block(key: str, header: tuple[str, ...], form: str) -> tuple[DisclosureBlock, tuple[str, ...]] | None:
    """The block of the forms that a row's header names, with the column keys in the order printed.

    Without a header the block of ``form`` is taken, its columns in the form's order.
    """
    for name, candidate in load_forms().items():
        for block in candidate.blocks:
            if any(row.key == key for row in block.rows):
                keys = _match_header(header, block)
                if keys:
                    return block, keys
                if not header and name == form:
                    return block, tuple(column.key for column in block.columns)
    return None


def _match_header(header: tuple[str, ...], block: DisclosureBlock) -> tuple[str, ...]:
    """The block's column keys in the order printed; empty where the header is not this block's."""
    if len(header) != len(block.columns):
        return ()
    keys = tuple(column.key for column in block.columns)
    meant = [read_label(text).disclosure_columns for text in header]
    if all(key in options for key, options in zip(keys, meant, strict=True)):
        return keys
    single = tuple(options[0] for options in meant if len(options) == 1)
    return single if sorted(single) == sorted(keys) else ()


def vote_form(rows: list[DisclosureRow]) -> str:
    """The form that most rows with a header follow; '' where none has one. The first found wins a tie."""
    votes: dict[str, int] = {}
    for found in rows:
        chosen = choose_block(found.key, found.header_texts, "")
        if chosen:
            votes[chosen[0].form] = votes.get(chosen[0].form, 0) + 1
        elif found.key in telling_rows():
            told = telling_rows()[found.key]
            votes[told] = votes.get(told, 0) + 1
    return max(votes, key=lambda name: votes[name]) if votes else ""


def read_disclosure_row(found: DisclosureRow, form: str) -> dict[tuple[str, str | None], Slot]:
    """The readings of one row by indicator; empty where no form of known header fits it."""
    chosen = choose_block(found.key, found.header_texts, form)
    if chosen is None:
        return {}
    block, keys = chosen
    signed = {column.key: column.signed for column in block.columns}
    units = load_forms()[block.form].units
    readings: dict[tuple[str, str | None], Slot] = {}
    if found.is_glued and len(found.row.filled) < len(keys):
        return _cut_row(found, keys)
    for n, (cell, certain) in enumerate(_place(found, len(keys))):
        indicator = f"disclosure.{found.key}.{keys[n]}"
        unit = units[indicator]
        slot = read_cell(cell, found.table, unit, signed[keys[n]]) if certain else refuse(cell, found.table)
        readings[indicator, None] = _in_header_unit(slot, found.header[n].text if found.header else "", unit)
    return readings


def _place(found: DisclosureRow, width: int) -> list[tuple[Cell, bool]]:
    """The cell of each column, and whether it is certain to be that column's."""
    row, header = found.row, found.header
    filled = trim_remarks(row.filled, width)
    if found.is_part or all(cell.line == MISSING_LINE for cell in row.values):
        return [(row.labels[-1], False)] * width
    if found.aligned and header:
        placed = place_by_columns(row, [(cell.column, cell.column + cell.column_span) for cell in header])
        inside = {id(cell) for cell, _ in placed}
        if all(id(cell) in inside for cell in filled):
            return placed
        if len(filled) != width or any(not cell.text for cell, _ in placed):
            return [(cell, False) for cell, _ in placed]
    if len(filled) == width:
        return [(cell, not found.is_damaged or width > 1) for cell in filled]
    if not filled or found.is_damaged:
        return [(row.values[0], not found.is_damaged)] * width
    if len(filled) < width and _keeps_blanks(row.values, width):
        return [(cell, True) for cell in row.values[:width]]
    return [(row.values[min(n, len(row.values) - 1)], False) for n in range(width)]


def _cut_row(found: DisclosureRow, keys: tuple[str, ...]) -> dict[tuple[str, str | None], Slot]:
    """Readings of a row whose cells run together: inferred where there is one way to cut it, else unreadable."""
    filled = found.row.filled
    numbers = cut_once([cell.text for cell in filled], len(keys))
    ends = list(accumulate(len(cell.text) for cell in filled))
    readings: dict[tuple[str, str | None], Slot] = {}
    place = 0
    for n, key in enumerate(keys):
        cell = found.row.values[min(n, len(found.row.values) - 1)] if found.row.values else found.row.labels[-1]
        slot = refuse(cell, found.table)
        if numbers:
            owner = next(filled[k] for k, end in enumerate(ends) if place < end)
            slot = Slot(Reading(numbers[n], "inferred"), owner, found.table)
            place += len(str(numbers[n]))
        readings[f"disclosure.{found.key}.{key}", None] = slot
    return readings


def _keeps_blanks(values: list[Cell], width: int) -> bool:
    """Whether blank cells stand in their place: one in front of a number, and no number past the last column."""
    last = max(n for n, cell in enumerate(values) if cell.text)
    return last < width <= len(values) and any(not cell.text for cell in values[:last])


def _in_header_unit(slot: Slot, header: str, unit: str) -> Slot:
    """An amount converted where the header, and not the cell, names another unit than 万元."""
    value = slot.reading.value
    if unit != "万元" or not value or "元" in slot.cell.text or "万" in slot.cell.text:
        return slot
    named = _HEADER_UNIT.search(compact(header))
    if named is None or named[1] == "万元":
        return slot
    converted = round(value * (0.0001 if named[1] == "元" else 10_000), 10)
    number = int(converted) if converted == int(converted) else converted
    return Slot(Reading(number, slot.reading.status), slot.cell, slot.table)
