"""The year reported on, in the order of trust of its sources, and what was found to differ."""

from urllib.parse import parse_qs, urlsplit

from parsers.header.dates import YEAR_PATTERN, find_year, read_year
from parsers.header.page import OPENING, Page, read_breadcrumb
from parsers.header.title_search import FoundTitle
from parsers.header.words import load_words

_SENTENCE = 60
_BEFORE_PERIOD = 20
_MAX_STEP = 24
_MAX_PARAMETERS = 40


def decide_year(page: Page, titles: list[FoundTitle], published: str | None) -> tuple[int | None, list[str]]:
    """The year, or None, and notes for people on sources that differ or are weak.

    From the title (the best of ``titles`` first), the period of the statistics, 现公布…; else from the column or the
    address; else the year before ``published`` (ISO).
    """
    stated = {
        "the title": titles[0].title.year if titles else None,
        "the head of the page": next((t.title.year for t in titles[1:] if t.is_head and t.title.year), None),
        "the period of its statistics": _period_year(page.start),
        "its opening sentence": _opening_year(page.start),
    }
    source = next((source for source, year in stated.items() if year), "")
    year = stated.get(source)
    if year is None:
        return _weak_year(page, published)
    notes = [
        f"{source.capitalize()} names {year}, {other} {found}; {year} is kept."
        for other, found in stated.items()
        if found and found != year
    ]
    if published and int(published[:4]) <= year:
        notes.append(f"The report on {year} is dated {published}, which is not after that year.")
    return year, notes


def _weak_year(page: Page, published: str | None) -> tuple[int | None, list[str]]:
    """A year told only by the column, the address or the date; with a note, as each may be the year of posting."""
    column = _column_year(page) or _address_year(page.url)
    if column is not None:
        return column, [f"The year {column} is that of the column or the address; neither title nor text names one."]
    if published is None:
        return None, []
    year = int(published[:4]) - 1
    return year, [f"The year {year} is the one before the date {published}; neither title nor text names one."]


def _period_year(text: str) -> int | None:
    """The year of the period that the statistics cover; of one that is no calendar year, that of most months."""
    words = load_words()
    period = words.patterns.period
    place = next((place for word in words.text.period if (place := text.find(word)) >= 0), 0)
    match = period.search(text, max(0, place - _BEFORE_PERIOD)) or (period.search(text) if place else None)
    if match is None:
        opened = words.patterns.open_period.search(text)
        return int(opened[1] or opened[2]) if opened else None
    first, month, last, last_month = int(match[1]), int(match[2]), int(match[4] or match[1]), int(match[5])
    if last == first:
        return first
    if last != first + 1:
        return None
    return last if last_month > 13 - month else first


def _opening_year(text: str) -> int | None:
    """The year in 现公布…2023年政府信息公开年度报告 or 编制了2023年…年度报告."""
    patterns = load_words().patterns
    for opening in patterns.made_public.finditer(text, 0, OPENING):
        year = find_year(text[opening.start() : opening.start() + _SENTENCE])
        if year is not None:
            return year
    announced = patterns.announced.search(text, 0, OPENING)
    return find_year(announced[0]) if announced else None


def _column_year(page: Page) -> int | None:
    for step in (*reversed(read_breadcrumb(page)), page.meta(load_words().metas.column)):
        match = YEAR_PATTERN.match(step) if len(step) < _MAX_STEP else None
        if match is not None:
            return read_year(match[0])
    return None


def _address_year(url: str | None) -> int | None:
    """The year of ``nbYear=2023`` in the address."""
    try:
        query = parse_qs(urlsplit(url).query, max_num_fields=_MAX_PARAMETERS) if url else {}
    except ValueError:
        return None
    return read_year(query.get(load_words().address.year, [""])[0])
