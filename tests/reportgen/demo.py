"""Write the reports of the demo's sites, ``xxgk/demo/reports.jsonl.xz``, from ``data/demo.toml``.

    python -m tests.reportgen.demo

The years of an agency go on from each other: what is carried over and in force is what the year before says, and about
half of the paragraphs are those of the year before. Where that is not so, ``data/demo.toml`` tells: ``misremembered``
has the reports that take the year before wrong, ``damage`` those whose misprints break it, ``copied`` the agencies whose
text is a neighbour's. Cells without a number are in ``unread``, days after the last one for a report in ``late``.
"""

import json
import lzma
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any
from zlib import crc32

from tests.reportgen.examples import DAMAGE
from tests.reportgen.figures import Numbers
from tests.reportgen.labels import load_data
from tests.reportgen.model import Box, Identity, Report, make_report, print_number
from tests.reportgen.render_html import HtmlOptions, render_sections
from tests.reportgen.score import HTML_CASES

STORE = Path(__file__).parents[2] / "xxgk" / "demo" / "reports.jsonl.xz"
Entry = dict[str, Any]


def make_entries() -> Iterator[Entry]:
    """Every report of the demo as a JSON object, in the order of the data file."""
    data, number = load_data("demo"), 0
    for site in data["site"]:
        for line in site["agencies"]:
            name, *years = line.split()
            numbers: dict[int, Numbers] = {}
            for year in map(int, years):
                report = _make_whole(data, site, name, year, number, numbers.get(year - 1, {}))
                numbers[year] = {(code, applicant): n for code, applicant, n in report.gold() if n is not None}
                yield from _make_versions(data, site, name, report, number)
                number += 1


def _make_versions(data: Entry, site: Entry, name: str, report: Report, number: int) -> Iterator[Entry]:
    """The report with its damage done, and its second version where the data file names one."""
    key = f"{site['id']}/{name}/{report.year}"
    for damage in data["damage"].get(key, {}).get("functions", ()):
        DAMAGE[damage](report)
    _leave_unread(report, data["unread"].get(key, ()))
    report.fields["published"] = data["late"].get(key, report.fields["published"])
    entry = _make_entry(data, site, name, report, number)
    revised = key in data["revised"]
    last = 1 if revised or key in data["withdrawn"] else None
    yield entry | {"nights": [2 if key in data["added"] else 1, last]}
    if revised:
        changed = _revise(report)
        again = _make_entry(data, site, name, report, number)
        yield again | {"id": f"{entry['id']}-2", "nights": [2, None], "revises": entry["id"], "changed": changed}


def _leave_unread(report: Report, cells: list[list[str]]) -> None:
    """Print in some cells what is no number."""
    wanted = {(indicator, applicant or None): text for indicator, applicant, text, _ in cells}
    for table in report.tables():
        for r, c, box in list(table.boxes()):
            if box.key in wanted:
                table.rows[r][c] = box.printed(wanted.pop(box.key))
    assert not wanted


def _make_whole(data: Entry, site: Entry, name: str, year: int, number: int, before: Numbers) -> Report:
    """The report before any damage; ``before`` are the numbers of the year before."""
    agency, publisher = name_agency(site["county"], name)
    who = Identity(site["county"], agency, publisher, year, site["division"])
    key = f"{site['id']}/{name}/{year}"
    report = make_report(crc32(key.encode()), form_of(year), _kind(data, name)[1], who, _remember(data, key, before))
    titles = data["narrative_titles"] if report.form == "narrative" else data["titles"]
    report.title = titles[number % len(titles)].format(agency=agency, year=year)
    if report.form != "narrative":
        author = data["copied"].get(f"{site['id']}/{name}", name)
        _write_own_text(data["sentences"], report, f"{site['id']}/{author}")
    report.sections[-1].body.insert(1, load_data("examples")["disclaimer"])
    return report


def _remember(data: Entry, key: str, before: Numbers) -> Numbers:
    """The numbers of the year before as a report takes them; those that are wrong stand in the data file."""
    changed = dict(before)
    for indicator, applicant, difference in data["misremembered"].get(key, {}).get("numbers", ()):
        changed[indicator, applicant or None] += difference
    return changed


def _write_own_text(sentences: Entry, report: Report, author: str) -> None:
    """Put paragraphs of the agency's own in place of those that all reports have, save those that tell its numbers.

    A paragraph stays as it was in the year before, or is written anew, as a coin falls that is the same in every run.
    """
    places = {"overview": range(3, 9), "problems": range(5)}
    for section in report.sections:
        for place in places.get(section.code, ()):
            tossed = (f"{author}/{section.code}/{place}/{year}" for year in range(report.year, 0, -1))
            seed = next(key for key in tossed if crc32(key.encode()) % 2)
            section.body[place] = _write_paragraph(sentences, Random(seed))


def _write_paragraph(sentences: Entry, random: Random) -> str:
    """Some sentences of words drawn at random."""
    return "".join(
        random.choice(sentences["patterns"]).format(
            number=random.randrange(2, 40), **{name: random.choice(words) for name, words in sentences["words"].items()}
        )
        for _ in range(random.randrange(3, 7))
    )


def _make_entry(data: Entry, site: Entry, name: str, report: Report, number: int) -> Entry:
    key = f"{site['id']}/{name}/{report.year}"
    return {
        "id": f"{site['id']}-{number:03d}",
        "nights": [1, None],
        "revises": "",
        "changed": [],
        "site": site["id"],
        "agency": report.agency,
        "publisher": report.fields["publisher"],
        "county": report.county,
        "division": site["division"],
        "level": "township" if _kind(data, name)[0] == "township" else "district",
        "type": _kind(data, name)[0],
        "year": report.year,
        "form": report.form,
        "title": report.title,
        "published": report.fields["published"],
        "index": report.fields["index_number"],
        "article_html": render_sections(report, choose_layout(data, report, number)),
        "failed": data["damage"].get(key, {}).get("failed", {}),
        "failed_years": (data["damage"].get(key, {}) | data["misremembered"].get(key, {})).get("failed_years", {}),
        "values": report.gold(),
        "unread": [[code, applicant or None, status] for code, applicant, _, status in data["unread"].get(key, ())],
    }


def name_agency(county: str, name: str) -> tuple[str, str]:
    """Full name and 发布机构 of an agency, given the county and what stands behind it."""
    short = county[-1]
    return f"{county}{name}", f"{county}{name}" if name == "人民政府" else f"{short}{name}".removeprefix("市")


def form_of(year: int) -> str:
    """The form that was in force for the reports on a year."""
    return "narrative" if year < 2014 else "2014" if year < 2019 else "2019" if year < 2021 else "2021"


def choose_layout(data: Entry, report: Report, number: int) -> HtmlOptions:
    """How the tables of report ``number`` are written."""
    if number % data["word_every"] == 7:
        return HTML_CASES["word"]
    return HTML_CASES[data["layouts"][number % len(data["layouts"])]]


def _kind(data: Entry, name: str) -> list[str]:
    """What the agency does and its profile; the longest ending of the name decides."""
    ends = [end for end in data["kinds"] if name.endswith(end)]
    found: list[str] = data["kinds"][max(ends, key=len)]
    return found


def _revise(report: Report) -> list[list[Any]]:
    """Change two numbers that no sum contains; returns [indicator, applicant, old, new] of each."""
    table, random, changed = report.table("disclosure"), Random(report.seed), []
    free = [(r, c, box) for r, c, box in table.boxes() if isinstance(box.number, int) and _is_free(box)]
    for r, c, box in random.sample(free, 2):
        assert box.key is not None and isinstance(box.number, int)  # noqa: PT018
        number = box.number + random.randrange(1, 9)
        table.rows[r][c] = box.printed(print_number(number), number)
        changed.append([*box.key, box.number, number])
    return changed


def _is_free(box: Box) -> bool:
    return bool(box.key) and box.key is not None and box.key[0].endswith("decisions")


def main() -> None:
    """Write the data file."""
    lines = [json.dumps(entry, ensure_ascii=False, separators=(",", ":")) for entry in make_entries()]
    STORE.write_bytes(lzma.compress("\n".join(lines).encode() + b"\n", preset=9))


if __name__ == "__main__":
    main()
