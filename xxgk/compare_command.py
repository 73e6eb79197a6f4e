"""The command ``xxgk compare``: its options and help, and what it does."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from xxgk.places import (
    DivisionOption,
    YearOption,
    check_dataset,
    check_target,
    chosen_divisions,
    chosen_types,
    chosen_years,
    type_labels,
    write_whole,
)
from xxgk.terminal import UsageError, say

if TYPE_CHECKING:
    from output.compare import Comparison
    from output.measures import Measure
    from output.selection import Question

# What is compared where nothing is named.
DEFAULT_INDICATORS = ("measure.applications_received", "measure.share_granted", "measure.share_refused")
FIGURES = (".png", ".svg")
MOST_ROWS = 40

By = Literal["agency", "division", "type", "year"]
Level = Literal["province", "city", "district", "township"]
Lang = Literal["en", "zh"]


def compare(
    dataset: Annotated[Path, typer.Argument(metavar="DATASET", help="The folder of a dataset.")],
    year: YearOption = None,
    division: DivisionOption = None,
    agency_type: Annotated[
        list[str] | None,
        typer.Option(
            "--type", metavar="TYPE", help="Only agencies of this type: a code, or a name (商务). Repeatable."
        ),
    ] = None,
    level: Annotated[Level | None, typer.Option("--level", help="Only agencies of this level.")] = None,
    indicator: Annotated[
        list[str] | None,
        typer.Option("--indicator", metavar="CODE|WORDS", help="What to compare: a code, or words of its label."),
    ] = None,
    by: Annotated[By, typer.Option("--by", help="What stands side by side.")] = "agency",
    sort: Annotated[bool, typer.Option("--sort", help="The greatest numbers of the first indicator first.")] = False,
    limit: Annotated[
        int | None,
        typer.Option("--limit", min=0, metavar="N", help="Show at most so many agencies, divisions or types; 0: all."),
    ] = None,
    with_flagged: Annotated[
        bool, typer.Option("--with-flagged", help="Add up numbers too that a failed check names, marked.")
    ] = False,
    csv: Annotated[
        str | None, typer.Option("--csv", metavar="FILE", help="Write CSV; - prints it in place of the table.")
    ] = None,
    figure: Annotated[
        Path | None, typer.Option("--figure", metavar="FILE", help="Draw the figure into this .png or .svg file.")
    ] = None,
    lang: Annotated[Lang, typer.Option("--lang", help="Language of labels and legends.")] = "en",
) -> None:
    """Compare agencies, divisions, types and years by indicators and shares, as a table, CSV or figure.

    \b
      xxgk compare data/demo/dataset --year 2023 --by division --indicator 予以公开占比 --figure granted.png

    \b
    - xxgk codebook measure. lists what is derived: shares, rates, growth; without --indicator the main ones.
    - 12/15 at a number: it rests on 12 of 15 reports; below it is told why the others are left out.
    - A blank, unreadable or missing cell is never 0: its report is left out, and alone it is shown as its sign.
    - A number that a failed check names is marked ! where it stands alone, and left out of sums and shares.
    - Reports of whole governments are not added to those of their departments: name --type government for them.
    - Exit status 0; 2: wrong usage, or nothing that fits.
    """
    from output.lookup import CompareError
    from output.selection import Question

    check_dataset(dataset, ("reports", "values", "checks"))
    _check_paths(dataset, csv, figure)
    years = chosen_years(year)
    places, types = chosen_divisions(dataset, division), chosen_types(dataset, agency_type)
    try:
        measures = tuple(dict.fromkeys(_find_measure(words) for words in indicator or DEFAULT_INDICATORS))
        question = Question(measures, by, years, places, types, level, with_flagged)
        comparison = _answer(dataset, question, sort, lang)
    except CompareError as error:
        raise UsageError(str(error)) from None
    _tell(comparison)
    groups: list[str] = comparison.groups()["group"].tolist()
    if figure is not None:
        _draw(comparison, groups, limit, figure, lang)
    if csv is not None:
        _write_csv(comparison, groups[:limit] if limit else groups, csv, lang)
    if csv != "-":
        from xxgk.compare_table import show_comparison
        from xxgk.show import make_console

        show_comparison(comparison, _first(groups, limit, MOST_ROWS, "table"), lang, make_console())


def _find_measure(words: str) -> "Measure":
    from output.lookup import CompareError, find_measure

    try:
        return find_measure(words)
    except CompareError as error:
        raise UsageError(f"--indicator {error}") from None


def _check_paths(dataset: Path, csv: str | None, figure: Path | None) -> None:
    """Whether what is asked for can be written, as a figure of a known kind: better now than after the reading."""
    if csv not in (None, "-"):
        check_target(Path(str(csv)), dataset)
    if figure is not None and figure.suffix.lower() not in FIGURES:
        raise UsageError(f"--figure {figure}: is no kind of figure that can be drawn; end its name in .png or .svg")
    if figure is not None:
        check_target(figure, dataset)


def _answer(dataset: Path, question: "Question", sort: bool, lang: Lang) -> "Comparison":
    from output.compare import compare as answer

    comparison = answer(dataset, question, sort)
    if question.by == "type":
        labels = {code: zh if lang == "zh" else en for code, (zh, en) in type_labels().items()}
        comparison.rows["name"] = [labels.get(code, code) for code in comparison.rows["group"]]
    return comparison


def _tell(comparison: "Comparison") -> None:
    """What of the dataset is not in the numbers, and why."""
    if comparison.whole_left_out:
        say("reports of whole governments are left out; --type government compares them")
    if comparison.posted_twice:
        say(f"{comparison.posted_twice:,} report(s) are of an agency and year that has another; they count once")
    if comparison.without_year:
        say(f"{comparison.without_year:,} report(s) without a known year are left out")


def _first(groups: list[str], limit: int | None, most: int, what: str) -> list[str]:
    """The groups that are shown, and a word on the others."""
    shown = groups if limit == 0 else groups[: limit or most]
    if limit is None and len(shown) < len(groups):
        say(f"the {what} shows {len(shown):,} of {len(groups):,}; --limit 0 shows all, --sort the greatest first")
    return shown


def _write_csv(comparison: "Comparison", groups: list[str], target: str, lang: Lang) -> None:
    from output.compare_text import write_csv

    if target == "-":
        write_csv(comparison, groups, lang, sys.stdout)
    else:
        write_whole(Path(target), lambda new: _fill_csv(comparison, groups, lang, new))


def _fill_csv(comparison: "Comparison", groups: list[str], lang: Lang, path: Path) -> None:
    from output.compare_text import write_csv

    with path.open("w", encoding="utf-8", newline="\n") as handle:
        write_csv(comparison, groups, lang, handle)


def _draw(comparison: "Comparison", groups: list[str], limit: int | None, path: Path, lang: Lang) -> None:
    try:
        from output.figures import draw, most_groups, write_figure
    except ModuleNotFoundError as error:
        raise UsageError(f"--figure needs {error.name}; install it: pip install 'xxgk[figures]'") from None
    shown = _first(groups, limit, most_groups(comparison), "figure")
    found: list[bool] = []
    write_whole(path, lambda new: found.append(write_figure(draw(comparison, shown, lang), new)))
    if not all(found):
        say("no font with Chinese characters was found, so they may be missing; install one, such as fonts-noto-cjk")
