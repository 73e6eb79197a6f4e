"""The command ``xxgk diff``: what differs between two datasets, on the terminal, as JSON, or as a page."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from xxgk.places import check_dataset, check_target, write_whole
from xxgk.terminal import UsageError, end_with

if TYPE_CHECKING:
    from output.diff_records import Diff

DIFFERENT = 1


def diff(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="The folder of the dataset before.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="The folder of the dataset now.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
    page: Annotated[
        Path | None, typer.Option("--page", metavar="FILE.html", help="Write a page of it to this file, too.")
    ] = None,
    lang: Annotated[Literal["en", "zh"], typer.Option("--lang", help="Language of the page and the terminal.")] = "en",
    limit: Annotated[
        int, typer.Option("--limit", min=0, metavar="N", help="How many of each list are told; 0: all.")
    ] = 50,
) -> None:
    """Compare two datasets: reports added, gone and revised, values changed, checks newly or no longer failing.

    \b
      xxgk diff release-2023/dataset data/dataset --page changes.html

    \b
    - A report whose address changed is found again by its agency and year, and compared.
    - When and from where a report was fetched is not compared, nor where a cell stands.
    - All differences are counted, whatever --limit says.
    - Exit status 0: nothing differs; 1: something does; 2: wrong usage, or no dataset.
    """
    import pyarrow as pa

    from output.diff import diff_datasets
    from output.replace import DatasetError

    if page is not None:
        _check_page(page, old, new)
    try:
        found = diff_datasets(old, new, limit or None)
    except DatasetError as error:
        raise UsageError(str(error)) from None
    except pa.ArrowException as error:
        for folder in (old, new):
            # Which file it is that cannot be read.
            check_dataset(folder, ("reports", "values", "checks"), ("counts", "sections", "panel"))
        told = str(error).strip().partition("\n")[0]
        raise UsageError(f"{old}, {new}: a file of one of them cannot be read ({told}); write it anew") from None
    if page is not None:
        _write_page(found, page, lang)
    if as_json:
        import msgspec

        print(msgspec.json.format(msgspec.json.encode(found), indent=1).decode())
    else:
        _show(found, lang)
    end_with(DIFFERENT if found.differs else 0)


def _show(found: "Diff", lang: Literal["en", "zh"]) -> None:
    from rich.text import Text

    from output.diff_blocks import make_blocks, summarise, word
    from xxgk.show import make_console, new_table, plain

    console = make_console()
    whole = new_table("", word("before", lang), word("now", lang))
    for line in summarise(found, lang):
        whole.add_row(*(Text(plain(text)) for text in line))
    console.print(whole)
    blocks = make_blocks(found, lang)
    for block in blocks:
        table = new_table(*block.header, title=f"{block.title}: {block.total:,}")
        for row in block.rows:
            table.add_row(*(Text(plain(text)) for text in row))
        console.print(table)
        if len(block.rows) < block.total:
            told = word("shown", lang, shown=f"{len(block.rows):,}", total=f"{block.total:,}")
            console.print(f"  {told} {word('all', lang)}\n")
    if not blocks:
        console.print(word("version_only" if found.differs else "same", lang))


def _check_page(page: Path, *datasets: Path) -> None:
    """Better now than when all is compared: only an earlier page of ours is replaced."""
    from output.own import DIFF_MARK

    check_target(page, *datasets)
    if page.exists() and DIFF_MARK not in _beginning(page):
        raise UsageError(f"{page}: is no page of xxgk diff, so it is not replaced; name another file")


def _beginning(page: Path) -> str:
    with page.open("rb") as handle:
        return handle.read(1000).decode("utf-8", errors="replace")


def _write_page(found: "Diff", page: Path, lang: Literal["en", "zh"]) -> None:
    from output.diff_page import make_page

    write_whole(page, lambda new: new.write_text(make_page(found, lang), encoding="utf-8"))
