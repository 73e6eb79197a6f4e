"""A comparison of two datasets as blocks of text in rows: what the terminal and the page show alike."""

from collections.abc import Callable
from typing import Any, NamedTuple

from output.diff_records import CheckChange, Diff, Listed, ReportLine, Revised, ValueChange

# A text that was changed is told by its beginning.
_MOST_SHOWN = 120


class Block(NamedTuple):
    """A heading, how many there are, and those that are shown."""

    title: str
    total: int
    header: tuple[str, ...]
    rows: list[tuple[str, ...]]


def summarise(diff: Diff) -> list[tuple[str, str, str]]:
    """What is on the two sides as a whole: name, before, now."""
    told = [("version", diff.version_old, diff.version_new)]
    told += [(f"rows of {table.name}", _count(table.rows_old), _count(table.rows_new)) for table in diff.tables]
    return told


def make_blocks(diff: Diff) -> list[Block]:
    """The blocks in which something differs."""
    blocks = [
        _table_block(diff),
        _block("Reports added", diff.added, ("report", "agency", "year", "title"), _report_row),
        _block("Reports gone", diff.gone, ("report", "agency", "year", "title"), _report_row),
        _block("Reports revised", diff.revised, ("report", "agency", "year", "what differs"), _revised_row),
        _block("Values changed", diff.values, (*_PLACE, "indicator", "applicant", "before", "now"), _value_row),
        _block("Checks newly failing", diff.newly_failing, _CHECK, _check_row),
        _block("Checks no longer failing", diff.no_longer_failing, _CHECK, _check_row),
    ]
    return [block for block in blocks if block.total]


_PLACE = ("report", "agency", "year")
_CHECK = (*_PLACE, "rule", "subject", "before", "now", "finding")


def _block(title: str, found: Listed, header: tuple[str, ...], row: Callable[[Any], tuple[str, ...]]) -> Block:
    return Block(title, found.total, header, [row(item) for item in found.items])


def _table_block(diff: Diff) -> Block:
    rows: list[tuple[str, ...]] = []
    for table in diff.tables:
        if table.rows_old is None or table.rows_new is None:
            rows.append((table.name, "table added" if table.rows_old is None else "table dropped"))
            continue
        words = [f"column {name} added" for name in table.columns_added]
        words += [f"column {name} dropped" for name in table.columns_dropped]
        if table.changed:
            words.append(f"{table.rows_old:,} rows before, {table.rows_new:,} now" * (table.rows_old != table.rows_new))
        if words:
            rows.append((table.name, "; ".join(filter(None, words)) or "rows differ"))
    return Block("Tables", len(rows), ("table", "what differs"), rows)


def _report_row(item: ReportLine) -> tuple[str, ...]:
    return (item.report_id, item.agency or "", _year(item.year), item.title or "")


def _revised_row(item: Revised) -> tuple[str, ...]:
    words = [f"was {item.old_report_id}"] if item.old_report_id else []
    words += [f"{name}: {_shown(change.old)} → {_shown(change.new)}" for name, change in item.fields.items()]
    counted = {"values": item.values, "newly failing": item.newly_failing, "no longer failing": item.no_longer_failing}
    words += [f"{number} {name}" for name, number in counted.items() if number]
    words += item.tables
    return (item.report_id, item.agency or "", _year(item.year), "; ".join(words))


def _value_row(item: ValueChange) -> tuple[str, ...]:
    before = _cell(item.old_value, item.old_status, item.old_raw)
    now = _cell(item.new_value, item.new_status, item.new_raw)
    return (*_place(item), item.indicator, item.applicant or "", before, now)


def _cell(value: Any, status: str | None, raw: str | None) -> str:
    """A number, or why there is none; as printed where that says more."""
    if status is None:
        return "not there"
    if value is None:
        return f"{status} {_shown(raw)}" if raw else status
    number = f"{value:,.10g}"
    return number if raw in (number, str(value)) else f"{number} ({_shown(raw)})"


def _check_row(item: CheckChange) -> tuple[str, ...]:
    return (
        *_place(item),
        item.rule,
        item.subject or "",
        item.old or "not there",
        item.new or "not there",
        _shown(item.detail),
    )


def _place(item: ValueChange | CheckChange) -> tuple[str, str, str]:
    return (item.report_id, item.agency or "", _year(item.year))


def _year(year: int | None) -> str:
    return "" if year is None else str(year)


def _count(rows: int | None) -> str:
    return "not there" if rows is None else f"{rows:,}"


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    text = str(value)
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}… ({len(text):,} characters)"
