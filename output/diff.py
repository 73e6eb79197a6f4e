"""What differs between two datasets: reports, values, checks, tables and columns.

Both are read side by side, report by report; memory depends on how much differs, not on how much there is.
"""

from collections.abc import Callable, Iterable
from functools import partial, reduce
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet

from output.batches import ID
from output.diff_records import CheckChange, Diff, FieldChange, Listed, ReportLine, Revised, ValueChange
from output.diff_tables import Paths, compare_tables, find_tables, read_reports, read_version
from output.windows import plan_walk, read_windows

# Columns of the reports that tell when and from where the bytes were taken; the version is told once.
_NOT_COMPARED = {ID, "fetched_at", "source_path", "parser_version"}
# Of a value is compared what it says; not where it stands, nor the digest of the file that prints it.
_VALUE_KEY = (ID, "indicator", "applicant")
_VALUE = ("value", "unit", "raw", "status")
_CHECK_KEY = (ID, "rule", "subject")
_CHECK = ("outcome", "diagnosis", "detail")
# Tables of which is only told how many rows of a report are others.
_ROUGHLY = ("counts", "sections")
# The rows of one side that have the same key are told apart by their order.
_NTH = "nth "
_MAY_LACK = ("applicant", "subject")


def diff_datasets(old: Path, new: Path, limit: int | None = None) -> Diff:
    """What differs between two dataset folders. ``limit``: how many items of a list are kept; all are counted.

    Raises DatasetError where a folder holds no dataset, or one that cannot be compared.
    """
    return _Comparison(old, new, limit).run()


class _Comparison:
    def __init__(self, old: Path, new: Path, limit: int | None) -> None:
        self._tables = (find_tables(old), find_tables(new))
        self._reports = (read_reports(old), read_reports(new))
        # As plain arrays: a look into a data frame takes half a millisecond, and there may be one for each report.
        self._told = tuple(
            {name: reports[name].to_numpy(dtype=object) for name in ("agency", "year", "title")}
            for reports in self._reports
        )
        self._limit = limit
        self._revised: dict[str, Revised] = {}
        self._diff = Diff(str(old), str(new), read_version(old), read_version(new))

    def run(self) -> Diff:
        self._diff.tables = compare_tables(*self._tables)
        self._match_reports()
        self._compare("reports", self._compare_fields)
        self._compare("values", self._compare_values)
        self._compare("checks", self._compare_checks)
        for name in _ROUGHLY:
            self._compare(name, partial(self._compare_roughly, name))
        self._add(self._diff.revised, len(self._revised), (self._revised[key] for key in sorted(self._revised)))
        return self._diff

    def _match_reports(self) -> None:
        """Which reports are added, gone, or on both sides under another id."""
        old, new = self._reports
        gone, added = old[~old.index.isin(new.index)], new[~new.index.isin(old.index)]
        moved = _find_moved(gone, added)
        self._walk = plan_walk(old.index.tolist(), new.index.tolist(), moved)
        for new_id, old_id in moved.items():
            self._revise(new_id).old_report_id = old_id
        for found, ids, side in (
            (self._diff.gone, gone.index.difference(pd.Index(list(moved.values()), dtype=object)), 0),
            (self._diff.added, added.index.difference(pd.Index(list(moved), dtype=object)), 1),
        ):
            self._add(found, len(ids), (ReportLine(**self._line(str(key), side)) for key in ids))

    def _compare(self, name: str, compare: Callable[[pa.Table, pa.Table], None]) -> None:
        """Compare a table, where both have it, in the columns that both have."""
        paths: Paths = (self._tables[0].get(name), self._tables[1].get(name))
        if not (paths[0] and paths[1]):
            return
        there = [pyarrow.parquet.read_schema(path).names for path in paths]
        columns = [column for column in there[1] if column in there[0]]
        for old, new in read_windows(paths[0], paths[1], columns, self._walk):
            if not old.equals(new):
                compare(old, new)

    def _compare_fields(self, old: pa.Table, new: pa.Table) -> None:
        names = [name for name in new.column_names if name not in _NOT_COMPARED]
        for row in _records(_differing(old, new, (ID,), names)):
            fields = {n: FieldChange(row[f"{n} old"], row[f"{n} new"]) for n in names}
            self._revise(row[ID]).fields = {n: change for n, change in fields.items() if change.old != change.new}

    def _compare_values(self, old: pa.Table, new: pa.Table) -> None:
        changed = _differing(old, new, _VALUE_KEY, [name for name in _VALUE if name in new.column_names])
        for report_id, number in changed[ID].value_counts().items():
            self._revise(str(report_id)).values += number
        made = (
            ValueChange(
                **self._short(row[ID]),
                indicator=row["indicator"],
                applicant=row["applicant"] or None,
                **{f"{side}_{n}": row[f"{n} {side}"] for side in ("old", "new") for n in ("value", "status", "raw")},
            )
            for row in _records(changed, self._diff.values.room(self._limit))
        )
        self._add(self._diff.values, len(changed), made)

    def _compare_checks(self, old: pa.Table, new: pa.Table) -> None:
        changed = _differing(old, new, _CHECK_KEY, _CHECK)
        before, now = changed["outcome old"].eq("fail"), changed["outcome new"].eq("fail")
        for found, rows, side in (
            (self._diff.newly_failing, changed[now & ~before], "new"),
            (self._diff.no_longer_failing, changed[before & ~now], "old"),
        ):
            counter = "newly_failing" if side == "new" else "no_longer_failing"
            for report_id, number in rows[ID].value_counts().items():
                revised = self._revise(str(report_id))
                setattr(revised, counter, getattr(revised, counter) + number)
            made = (self._check_change(row, side) for row in _records(rows, found.room(self._limit)))
            self._add(found, len(rows), made)

    def _check_change(self, row: dict[str, Any], side: str) -> CheckChange:
        return CheckChange(
            **self._short(row[ID]),
            rule=row["rule"],
            subject=row["subject"] or None,
            old=row["outcome old"],
            new=row["outcome new"],
            diagnosis=row[f"diagnosis {side}"],
            detail=row[f"detail {side}"],
        )

    def _compare_roughly(self, name: str, old: pa.Table, new: pa.Table) -> None:
        sides = pd.concat([_digests(old), _digests(new)], axis=1, keys=("old", "new")).fillna(0)
        only_old = (sides["old"] - sides["new"]).clip(lower=0).groupby(level=0).sum()
        only_new = (sides["new"] - sides["old"]).clip(lower=0).groupby(level=0).sum()
        # A row that was changed is on either side one that is not on the other.
        differ = only_old.combine(only_new, max)
        for report_id, number in differ[differ > 0].items():
            revised = self._revise(str(report_id))
            revised.tables[name] = revised.tables.get(name, 0) + int(number)

    def _revise(self, report_id: str) -> Revised:
        if report_id not in self._revised:
            self._revised[report_id] = Revised(**self._line(report_id, 1))
        return self._revised[report_id]

    def _line(self, report_id: str, side: int) -> dict[str, Any]:
        reports = self._reports[side]
        at = reports.index.get_loc(report_id)
        return {"report_id": report_id} | {name: _plain(told[at]) for name, told in self._told[side].items()}

    def _short(self, report_id: str) -> dict[str, Any]:
        line = self._line(report_id, 1)
        del line["title"]
        return line

    def _add(self, found: Listed, number: int, items: Iterable[Any]) -> None:
        """Count so many, and keep of the items as many as there is room for."""
        room = found.room(self._limit)
        found.total += number
        for at, item in enumerate(items):
            if room is not None and at >= room:
                break
            found.items.append(item)


def _find_moved(gone: pd.DataFrame, added: pd.DataFrame) -> dict[str, str]:
    """New id to old id of reports of the same agency and year, where that is one report on both sides."""
    keys = []
    for frame in (gone, added):
        named = frame[frame["key"].notna() & frame["year"].notna()]
        keys.append(named[~named.duplicated(["key", "year"], keep=False)].reset_index()[["key", "year", ID]])
    pairs = keys[1].merge(keys[0], on=["key", "year"], suffixes=("_new", "_old"))
    return dict(zip(pairs[f"{ID}_new"].tolist(), pairs[f"{ID}_old"].tolist(), strict=True))


def _differing(old: pa.Table, new: pa.Table, key: tuple[str, ...], names: Iterable[str]) -> pd.DataFrame:
    """The rows of the same key that differ, or are on one side only; a column ``name old``, ``name new`` for each."""
    names = list(names)
    if old.select(key).equals(new.select(key)):
        return _differing_in_place(old, new, key, names)
    frames = []
    for rows in (old, new):
        frame = rows.select([*key, *names]).to_pandas()
        for column in _MAY_LACK:
            if column in key:
                frame[column] = frame[column].fillna("")
        frame[_NTH] = frame.groupby(list(key), sort=False).cumcount()
        frames.append(frame)
    both: pd.DataFrame = frames[0].merge(frames[1], how="outer", on=[*key, _NTH], suffixes=(" old", " new"))
    differs = pd.Series(False, index=both.index)
    for name in names:
        before, now = both[f"{name} old"], both[f"{name} new"]
        differs |= ~((before == now).fillna(False) | (before.isna() & now.isna()))
    changed: pd.DataFrame = both[differs]
    return changed


def _differing_in_place(old: pa.Table, new: pa.Table, key: tuple[str, ...], names: list[str]) -> pd.DataFrame:
    """As ``_differing`` for rows whose keys are the same one by one, as those of nearly all reports are."""
    masks = []
    for name in names:
        unlike = pc.fill_null(pc.not_equal(old[name], new[name]), False)
        masks.append(pc.or_(unlike, pc.xor(pc.is_null(old[name]), pc.is_null(new[name]))))
    differs = reduce(pc.or_, masks)
    before, now = (rows.filter(differs).select(names).to_pandas() for rows in (old, new))
    keys = new.filter(differs).select(key).to_pandas()
    changed: pd.DataFrame = pd.concat([keys, before.add_suffix(" old"), now.add_suffix(" new")], axis=1)
    return changed


def _records(frame: pd.DataFrame, limit: int | None = None) -> list[dict[str, Any]]:
    """The rows as dicts, None where nothing is known, whole numbers as such."""
    rows = (frame if limit is None else frame.head(limit)).to_dict("records")
    return [{str(name): _plain(value) for name, value in row.items()} for row in rows]


def _plain(value: Any) -> Any:
    if value is None or pd.isna(value):
        return None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value.item() if hasattr(value, "item") else value


def _digests(rows: pa.Table) -> pd.Series:
    """By report and digest of a row: how many such rows there are."""
    frame = rows.to_pandas()
    hashes = pd.util.hash_pandas_object(frame, index=False).rename("digest")
    return hashes.groupby([frame[ID], hashes]).size()
