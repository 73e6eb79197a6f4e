"""Whether a report is that of a whole district or city (汇总), or of the office of its government alone."""

from parsers.agencies import complete_place, find_agency_type
from parsers.header.page import OPENING, Page
from parsers.header.title_search import FoundTitle
from parsers.header.words import load_words


def settle_government(agency: str | None, titles: list[FoundTitle], page: Page) -> tuple[str | None, list[str]]:
    """The agency, or the government where a report in the name of its office is one on all of its agencies.

    A title that says so decides; where the title names no agency, so does the opening of the text. 吴兴区全区 and
    吴兴区人民政府(汇总) are the government as well.
    """
    if agency is None:
        return None, []
    words, patterns = load_words().whole, load_words().patterns
    plain = next((agency.removesuffix(end) for end in words.ends if agency.endswith(end)), agency)
    if plain != agency and plain:
        return complete_place(plain), []
    if find_agency_type(agency) != "government_office":
        return agency, []
    title = titles[0].title if titles else None
    is_told = title is not None and patterns.whole_title.search(title.printed) is not None
    if not is_told and title is not None and title.agency is not None:
        return agency, []
    if not is_told and patterns.whole_text.search(page.start, 0, OPENING) is None:
        return agency, []
    government = complete_place(patterns.office.sub("", agency))
    if find_agency_type(government) != "government":
        return agency, []
    return government, [f"The report of {agency} tells of all agencies of its government; {government} is taken."]
