"""A comparison as tables for a person."""

import sys
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from output.compare import Comparison
from output.compare_text import Lang, basis, cell_text, clip, heading, is_pooled, itertuples, legend, word
from output.measures import Measure
from xxgk.show import PIPED_WIDTH, new_table


def show_comparison(comparison: Comparison, groups: Sequence[str], lang: Lang, console: Console) -> None:
    """Print the numbers of these groups, what the signs say, and what the numbers rest on.

    Several years of several groups are the columns of a table for each measure; else the measures are the columns.
    """
    for table in _tables(comparison, groups, lang):
        if not sys.stdout.isatty():
            # No line of a table in a file may be broken because it holds many years.
            console.width = max(PIPED_WIDTH, console.measure(table).maximum)
        console.print(table)
    for line in legend(comparison, groups, lang):
        console.print(Text(f"  {line}", style="dim"))
    for measure in comparison.question.measures:
        console.print(Text(f"  {measure.label(lang)}{word('colon', lang)}{basis(comparison, measure, lang)}"))


def _tables(comparison: Comparison, groups: Sequence[str], lang: Lang) -> list[Table]:
    measures = comparison.question.measures
    if comparison.by == "year":
        return [_by_year(comparison, groups, lang)]
    if len(comparison.years) == 1:
        return [_by_measure(comparison, groups, lang)]
    return [_by_group_and_year(comparison, measure, groups, lang) for measure in measures]


def _by_year(comparison: Comparison, groups: Sequence[str], lang: Lang) -> Table:
    table = _new_table(word("year", lang), [heading(m, lang) for m in comparison.question.measures])
    cells = _cells(comparison, groups)
    for year in comparison.years:
        shown = (cells.get((m.code, groups[0], year), Text()) for m in comparison.question.measures)
        table.add_row(str(year), *shown)
    return table


def _by_measure(comparison: Comparison, groups: Sequence[str], lang: Lang) -> Table:
    headings = [heading(measure, lang) for measure in comparison.question.measures]
    table = _new_table(word(comparison.by, lang), headings, title=str(comparison.years[0]))
    cells, names = _cells(comparison, groups), _names(comparison)
    for group in groups:
        shown = (cells.get((m.code, group, comparison.years[0]), Text()) for m in comparison.question.measures)
        table.add_row(names[group], *shown)
    return table


def _by_group_and_year(comparison: Comparison, measure: Measure, groups: Sequence[str], lang: Lang) -> Table:
    table = _new_table(word(comparison.by, lang), list(map(str, comparison.years)), title=heading(measure, lang))
    cells, names = _cells(comparison, groups), _names(comparison)
    for group in groups:
        table.add_row(names[group], *(cells.get((measure.code, group, year), Text()) for year in comparison.years))
    return table


def _new_table(first: str, others: list[str], title: str | None = None) -> Table:
    table = new_table(first, *others, title=title)
    for column in table.columns[1:]:
        column.justify, column.overflow = "right", "fold"
    return table


def _names(comparison: Comparison) -> dict[str, Text]:
    groups = comparison.groups()
    return {group: Text(clip(name)) for group, name in zip(groups["group"], groups["name"], strict=True)}


def _cells(comparison: Comparison, groups: Sequence[str]) -> dict[tuple[str, str, int], Text]:
    pooled = is_pooled(comparison)
    cells: dict[tuple[str, str, int], Text] = {}
    for measure in comparison.question.measures:
        rows = comparison.of(measure)
        for row in itertuples(rows[rows["group"].isin(list(groups))]):
            text = cell_text(row, measure, pooled)
            cells[measure.code, row.group, row.year] = Text(text, style="bold red" if row.counted_flagged else "")
    return cells
