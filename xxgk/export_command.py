"""The command ``xxgk export``: a dataset as a file of another program."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from xxgk.places import DivisionOption, YearOption, check_dataset, chosen_divisions, chosen_years
from xxgk.terminal import UsageError, say

Program = Literal["duckdb", "sqlite", "xlsx", "dta", "sav", "csv", "parquet"]


def export(
    dataset: Annotated[Path, typer.Argument(metavar="DATASET", help="The folder of a dataset.")],
    to: Annotated[Program, typer.Option("--to", help="Format: dta is Stata's, sav is that of SPSS, xlsx of Excel.")],
    out: Annotated[
        Path, typer.Option("--out", metavar="FILE_OR_DIR", help="The file (duckdb, sqlite, xlsx), else the folder.")
    ],
    table: Annotated[
        list[str] | None, typer.Option("--table", metavar="NAME", help="Only this table; may be repeated.")
    ] = None,
    division: DivisionOption = None,
    year: YearOption = None,
    full_text: Annotated[
        bool, typer.Option("--full-text", help="With sqlite: an index of the words of the sections.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that xxgk export did not write, too.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No table of what was written; notes are still told.")] = False,
) -> None:
    """Write a dataset, or a part of it, for DuckDB, SQLite and Datasette, Excel, Stata or SPSS, as CSV or as Parquet.

    \b
      xxgk export data/dataset --to xlsx --out zhejiang.xlsx --division 330000 --year 2021-2023 --table panel

    \b
    - dta, sav, csv and parquet write a folder with a file for each table; with one --table, a file if its name ends so.
    - dta and sav come with variables.csv: which variable is which column.
    - In the panel .b is blank, .n not applicable, .u unreadable (-9999991 to -9999993 in sav).
    - sqlite comes with metadata.json: datasette serve FILE -m metadata.json.
    - What is there is replaced where it is an older export, as a whole or not at all.
    - Exit status 0; 2: wrong usage, or it could not be written.
    """
    from output.exports import ExportError, Selection, export_dataset

    if full_text and to != "sqlite":
        raise UsageError("--full-text is for --to sqlite")
    years = chosen_years(year)
    check_dataset(dataset, ())
    selection = Selection(tuple(table or ()), chosen_divisions(dataset, division), years)
    try:
        done = export_dataset(dataset, to, out, selection, force, full_text)
    except ExportError as error:
        raise UsageError(str(error)) from None
    for note in done.notes:
        say(note)
    if not quiet:
        from xxgk.show import make_console, new_table

        told = new_table("table", "rows")
        told.columns[1].justify = "right"
        for name, rows in done.rows.items():
            told.add_row(name, f"{rows:,}")
        make_console().print(told)
        print(f"written: {out}")
