"""A comparison of two datasets as blocks of text in rows: what the terminal and the page show alike."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, Literal, NamedTuple

from output.diff_records import CheckChange, Diff, ReportLine, Revised, ValueChange
from output.exports.labels import chinese_code, column_label

Lang = Literal["en", "zh"]

# A text that was changed is told by its beginning.
_MOST_SHOWN = 120
# As much of a digest as tells two apart.
_DIGEST = 12


class Block(NamedTuple):
    """The name of a list, its heading, how many there are, the heads of its columns, and the rows that are shown."""

    name: str
    title: str
    total: int
    header: tuple[str, ...]
    rows: list[tuple[str, ...]]


def word(name: str, lang: Lang, /, **parts: object) -> str:
    """A word or sentence, with the parts put in their places."""
    return _words()[lang][name].format(**parts)


def summarise(diff: Diff, lang: Lang) -> list[tuple[str, str, str]]:
    """What is on the two sides as a whole: name, before, now."""
    told = [(word("version", lang), diff.version_old, diff.version_new)]
    for table in diff.tables:
        before, now = (word("not_there", lang) if n is None else f"{n:,}" for n in (table.rows_old, table.rows_new))
        told.append((word("rows_of", lang, table=table.name), before, now))
    return told


def make_blocks(diff: Diff, lang: Lang) -> list[Block]:
    """The blocks in which something differs."""
    teller = _Teller(lang)
    line, place = ("report", "agency", "year", "title"), ("report", "agency", "year")
    check = (*place, "rule", "subject", "before", "now", "finding")
    tables = teller.tell_tables(diff)
    lists = (
        ("added", diff.added, line, teller.tell_report),
        ("gone", diff.gone, line, teller.tell_report),
        ("revised", diff.revised, (*place, "differs"), teller.tell_revised),
        ("values", diff.values, (*place, "indicator", "applicant", "before", "now"), teller.tell_value),
        ("newly_failing", diff.newly_failing, check, teller.tell_check),
        ("no_longer_failing", diff.no_longer_failing, check, teller.tell_check),
    )
    blocks = [teller.block("tables", len(tables), ("table", "differs"), tables)]
    blocks += [
        teller.block(name, found.total, header, [tell(item) for item in found.items])
        for name, found, header, tell in lists
    ]
    return [block for block in blocks if block.total]


class _Teller:
    """Tells items as rows, in a language."""

    def __init__(self, lang: Lang) -> None:
        self._lang = lang

    def block(self, name: str, total: int, header: tuple[str, ...], rows: list[tuple[str, ...]]) -> Block:
        return Block(name, self._word(name), total, tuple(map(self._word, header)), rows)

    def tell_tables(self, diff: Diff) -> list[tuple[str, ...]]:
        rows: list[tuple[str, ...]] = []
        for table in diff.tables:
            if table.rows_old is None or table.rows_new is None:
                rows.append((table.name, self._word("table_added" if table.rows_old is None else "table_dropped")))
                continue
            words = [self._word("column_added", name=name) for name in table.columns_added]
            words += [self._word("column_dropped", name=name) for name in table.columns_dropped]
            if table.rows_old != table.rows_new:
                words.append(self._word("rows_changed", old=f"{table.rows_old:,}", new=f"{table.rows_new:,}"))
            if words or table.changed:
                rows.append((table.name, "; ".join(words) or self._word("rows_differ")))
        return rows

    def tell_report(self, item: ReportLine) -> tuple[str, ...]:
        return (*_place(item), item.title or "")

    def tell_revised(self, item: Revised) -> tuple[str, ...]:
        words = [self._word("was", report=item.old_report_id)] if item.old_report_id else []
        for name, change in item.fields.items():
            old, new = (
                self._shown(side, _DIGEST if name.endswith("sha256") else 0) for side in (change.old, change.new)
            )
            words.append(self._word("field", name=self._column(name), old=old, new=new))
        counts = {
            "values_differ": item.values,
            "newly_failing_number": item.newly_failing,
            "no_longer_failing_number": item.no_longer_failing,
        }
        words += [self._word(name, number=f"{number:,}") for name, number in counts.items() if number]
        words += [self._word("rows_of_report", name=name, number=f"{n:,}") for name, n in item.tables.items()]
        return (*_place(item), "; ".join(words))

    def tell_value(self, item: ValueChange) -> tuple[str, ...]:
        before = self._cell(item.old_value, item.old_status, item.old_raw)
        now = self._cell(item.new_value, item.new_status, item.new_raw)
        applicant = self._code("applicant", item.applicant) if item.applicant else ""
        return (*_place(item), self._subject(item.indicator), applicant, before, now)

    def tell_check(self, item: CheckChange) -> tuple[str, ...]:
        sides = (
            self._code("outcome", outcome) if outcome else self._word("not_there") for outcome in (item.old, item.new)
        )
        return (*_place(item), item.rule, self._subject(item.subject or ""), *sides, self._shown(item.detail))

    def _cell(self, value: Any, status: str | None, raw: str | None) -> str:
        """A number, or why there is none; as printed where that says more."""
        if status is None:
            return self._word("not_there")
        if value is None:
            told = self._code("values.status", status)
            return f"{told} {self._shown(raw)}" if raw else told
        number = f"{value:,.10g}"
        return number if raw in (number, str(value)) else f"{number} ({self._shown(raw)})"

    def _subject(self, code: str) -> str:
        """A code, which is English; in Chinese with the official label before it where it is that of an indicator."""
        label = column_label("", code, "").zh if self._lang == "zh" else ""
        return f"{label} ({code})" if label else code

    def _column(self, name: str) -> str:
        return column_label("reports", name, name).zh or name if self._lang == "zh" else name

    def _code(self, column: str, code: str) -> str:
        return chinese_code(column, code) if self._lang == "zh" else code

    def _shown(self, value: Any, most: int = 0) -> str:
        if value is None:
            return self._word("nothing")
        text = str(value)
        if most:
            return text[:most] + "…" * (len(text) > most)
        return (
            text if len(text) <= _MOST_SHOWN else self._word("long", text=text[:_MOST_SHOWN], number=f"{len(text):,}")
        )

    def _word(self, name: str, /, **parts: object) -> str:
        return word(name, self._lang, **parts)


def _place(item: ReportLine | Revised | ValueChange | CheckChange) -> tuple[str, str, str]:
    return (item.report_id, item.agency or "", "" if item.year is None else str(item.year))


@cache
def _words() -> dict[str, dict[str, str]]:
    return tomllib.loads(files(__package__).joinpath("diff.toml").read_text(encoding="utf-8"))
