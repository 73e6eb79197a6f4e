"""Reports as text in the layouts that text extraction leaves: pipes here and there, or none.

Each layout turns one table into lines; the rest of the report is one paragraph a line. The names are those of
the layout list of this project (A to H, M, N, R); what each does to spans, blanks and padding is in its docstring.
"""

from collections.abc import Callable
from random import Random

from tests.reportgen.model import Report, Table
from tests.reportgen.tables import cut_table

Lines = list[str]


def render_text(report: Report, layout: str = "A") -> bytes:
    """The report as UTF-8 text in one layout (a key of LAYOUTS)."""
    random = Random(f"{layout}-{report.seed}")
    lines = _render_metadata(report, layout)
    lines += _break_title(report.title, random)
    for section in report.sections:
        lines.append(section.title)
        for block in section.body:
            lines += [block] if isinstance(block, str) else LAYOUTS[layout](block, random)
    finish = _FINISH.get(layout)
    return ("\n".join(finish(lines, report) if finish else lines) + "\n").encode()


def _render_metadata(report: Report, layout: str) -> Lines:
    if layout in ("E", "F", "R", "R-blanks", "H", "H-wrapped"):
        return [f"{label}{value}" for label, value in report.metadata]
    pairs = report.metadata
    rows = [[text for pair in pairs[n : n + 2] for text in pair] for n in range(0, len(pairs), 2)]
    return ["".join(f"{text} | " for text in row).rstrip() for row in rows]


def _break_title(title: str, random: Random) -> Lines:
    if random.random() < 0.5:
        return [title]
    at = title.index("工作") if "工作" in title else title.index("年度报告")
    return [title[:at], title[at:]]


# ---------------------------------------------------------------- rows with pipes (A, B)


def layout_a(table: Table, random: Random) -> Lines:
    """``a | b | ||``: covered columns are bare pipes at the row's end; the last row has none; wrapped labels lose
    their second line in table 4."""
    return [_row_a(_lossy(table, r), table.width, r == len(table.rows) - 1) for r in range(len(table.rows))]


def _lossy(table: Table, r: int) -> list[str]:
    """The texts of a row; of a wrapped label in table 4 only the first line is left, elsewhere a blank."""
    lossy = table.name == "review_litigation"
    return [box.text.split("\n")[0] if lossy else box.text.replace("\n", " ") for box in table.rows[r]]


def _row_a(texts: list[str], width: int, last: bool) -> str:
    line = "".join(f"{text} | " for text in texts)
    if last and len(texts) == width:
        return line[:-3]
    return (line + ("" if last else "|" * (width - len(texts)))).rstrip()


def layout_a_ragged(table: Table, random: Random) -> Lines:
    """As A without any padding."""
    return [_row_a(_lossy(table, r), 0, False) for r in range(len(table.rows))]


def layout_a_dirty(table: Table, random: Random) -> Lines:
    """As A; non-breaking blanks before the values became question marks."""
    lines = []
    for row in table.rows:
        texts = ["?" * random.randrange(2, 5) + box.text if box.key else box.text.replace("\n", " ") for box in row]
        lines.append(_row_a(texts, table.width, row is table.rows[-1]))
    return lines


def layout_b(table: Table, random: Random) -> Lines:
    """As A with a border pipe in front, and a blank after the last pipe of some rows."""
    return ["| " + line + random.choice(("", " ")) for line in layout_a(table, random)]


def layout_b_wrapped(table: Table, random: Random) -> Lines:
    """As B; wrapped header cells break the physical line and go on after tabs."""
    lines = []
    for row in table.rows:
        texts = ["\n\t\t" + box.text.replace("\n", "\n\t\t") if "\n" in box.text else box.text for box in row]
        lines.append("| " + _row_a(texts, table.width, row is table.rows[-1]))
    return "\n".join(lines).split("\n")


# ---------------------------------------------------------------- one cell a line (C, D, E)


def layout_c1(table: Table, random: Random) -> Lines:
    """Each cell on its own line with a pipe behind; padding as a line of pipes of its own."""
    lines = []
    for r, row in enumerate(table.rows):
        lines += [f"{text} |" if text else "|" for text in _lossy(table, r)]
        missing = table.width - len(row)
        if missing and row is not table.rows[-1]:
            lines.append("|" * missing)
    return lines


def layout_c2(table: Table, random: Random) -> Lines:
    """As C1, with the padding behind the last cell of the row."""
    lines = []
    for r, row in enumerate(table.rows):
        cells = [f"{text} |" if text else "|" for text in _lossy(table, r)]
        missing = table.width - len(row)
        if missing and row is not table.rows[-1]:
            cells[-1] += " " + "|" * missing
        lines += cells
    return lines


def layout_c3(table: Table, random: Random) -> Lines:
    """As C1; every row opens with a line that holds one pipe."""
    lines = []
    for r, row in enumerate(table.rows):
        lines += ["|", *(f"{text} |" if text else "|" for text in _lossy(table, r))]
        missing = table.width - len(row)
        if missing > 1 and row is not table.rows[-1]:
            lines.append("|" * missing)
    return lines


def layout_c4(table: Table, random: Random) -> Lines:
    """One cell a line, no row mark, no padding; wrapped header cells break inside the cell."""
    return [line for row in table.rows for box in row for line in f"{box.text} |".split("\n")]


def layout_c_mixed(table: Table, random: Random) -> Lines:
    """As C1; header cells have their pipe on the line below."""
    lines = []
    for row in table.rows:
        for box in row:
            lines += [f"{box.text} |"] if box.key else [box.text.replace("\n", ""), "|"]
        missing = table.width - len(row)
        if missing and row is not table.rows[-1]:
            lines.append("|" * missing)
    return lines


def layout_d(table: Table, random: Random) -> Lines:
    """The pipe opens every cell but a row's first; a pipe alone ends the row; cells wrap without a pipe."""
    lines = []
    for row in table.rows:
        for place, box in enumerate(row):
            lines += (("| " if place else "") + box.text).split("\n")
        lines.append("|")
    return lines


def layout_d2(table: Table, random: Random) -> Lines:
    """A pipe stands alone between all cells."""
    lines = []
    for row in table.rows:
        for box in row:
            lines += [box.text.replace("\n", ""), "|"]
    return lines[:-1]


def layout_e(table: Table, random: Random) -> Lines:
    """One cell a paragraph without pipes; blank cells vanish; header cells are split over paragraphs."""
    lines = []
    for row in table.rows:
        for box in row:
            for part in box.text.split("\n"):
                lines += [(" " if box.key and random.random() < 0.2 else "") + part, ""] if part else []
    return ["", *lines]


# ---------------------------------------------------------------- markdown (M)


def layout_m(table: Table, random: Random) -> Lines:
    """One markdown table, spans expanded by blanks, the first row as header."""
    return _markdown(_expand(table))


def layout_m_torn(table: Table, random: Random) -> Lines:
    """Many markdown tables of a few rows each, every one under an invented header (数据1 … )."""
    rows, lines = _expand(table), []
    body = [row for row, source in zip(rows, table.rows, strict=True) if any(box.key for box in source)]
    start = 0
    while start < len(body):
        end = start + random.randrange(2, 6)
        header = [f"数据{n}" for n in range(1, table.width + 1)]
        lines += ["", *_markdown([header, *body[start:end]])]
        start = end
    return lines


def layout_m_labels(table: Table, random: Random) -> Lines:
    """Rows without label in small markdown tables; the labels stand as lines between them."""
    lines: Lines = []
    for row in table.rows:
        values = [box.text for box in row if box.key]
        labels = [box.text.replace("\n", "") for box in row if not box.key]
        if not values or table.name == "review_litigation":
            continue
        lines += ["", *labels, "", *_markdown([[f"数据{n}" for n in range(1, len(values) + 1)], values])]
    return lines or layout_m(table, random)


def _markdown(rows: list[list[str]]) -> Lines:
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return [lines[0], "|" + "---|" * len(rows[0]), *lines[1:]]


def _expand(table: Table) -> list[list[str]]:
    """All rows at full width, covered slots blank."""
    taken: dict[tuple[int, int], str] = {}
    for r, row in enumerate(table.rows):
        column = 0
        for box in row:
            while (r, column) in taken:
                column += 1
            for down in range(box.rows):
                for right in range(box.columns):
                    taken[r + down, column + right] = "" if down or right else box.text.replace("\n", "")
    return [[taken.get((r, c), "") for c in range(table.width)] for r in range(len(table.rows))]


# ---------------------------------------------------------------- run together, destroyed, missing (R, G, N)


def layout_r(table: Table, random: Random) -> Lines:
    """All cells of the table in one string."""
    return ["".join(box.text.replace("\n", "") for row in table.rows for box in row)]


def layout_r_blanks(table: Table, random: Random) -> Lines:
    """As R, with a blank behind some of the cells."""
    return ["".join(box.text.replace("\n", "") + random.choice(("", "", " ")) for row in table.rows for box in row)]


def layout_g(table: Table, random: Random) -> Lines:
    """As A with the enormous padding of a page inside one layout table."""
    return [line + " " + "|" * 240 for line in layout_a(table, random)]


def layout_n(table: Table, random: Random) -> Lines:
    """Nothing: the table was a picture."""
    return []


def layout_page_break(table: Table, random: Random) -> Lines:
    """As A, with table 3 cut in two under a page mark and its header repeated."""
    if table.name != "applications":
        return layout_a(table, random)
    first, second = cut_table(table, len(table.rows) * 2 // 3, "header")
    return [*layout_a(first, random), "— 3 —", *layout_a(second, random)]


# ---------------------------------------------------------------- whole texts (F, G, H)


def _drop_repeated(lines: Lines, report: Report) -> Lines:
    return list(dict.fromkeys(line.strip() for line in lines if line.strip()))


def _pad_title(lines: Lines, report: Report) -> Lines:
    """The title gets its pipes; all prose before the first table becomes one very long line."""
    first = next((n for n, line in enumerate(lines) if line == report.sections[0].title), 0)
    table = next((n for n, line in enumerate(lines) if line.endswith("|" * 100)), len(lines))
    return [*lines[: first - 1], lines[first - 1] + " | " + "|" * 300, "".join(lines[first:table]), *lines[table:]]


def _join_prose(lines: Lines, report: Report) -> Lines:
    """Lines without a pipe run on in one line."""
    joined: Lines = []
    for line in lines:
        if joined and "|" not in line and "|" not in joined[-1]:
            joined[-1] += " " + line
        else:
            joined.append(line)
    return joined


def _wrap_prose(lines: Lines, report: Report) -> Lines:
    """Prose broken every 20 characters, blanks around digits in dates, a page mark now and then."""
    wrapped: Lines = []
    for line in lines:
        if "|" in line or len(line) < 25:
            wrapped.append(line)
            continue
        line = line.replace(f"{report.year}年1月1日", f"{report.year} 年 1 月 1 日")
        wrapped += [line[n : n + 20] for n in range(0, len(line), 20)]
        if len(wrapped) % 5 == 0:
            wrapped.append(f"{len(wrapped) // 30 + 1}、")
    return wrapped


_FINISH: dict[str, Callable[[Lines, Report], Lines]] = {
    "F": _drop_repeated,
    "G": _pad_title,
    "H": _join_prose,
    "H-wrapped": _wrap_prose,
}

LAYOUTS: dict[str, Callable[[Table, Random], Lines]] = {
    "A": layout_a,
    "A-ragged": layout_a_ragged,
    "A-dirty": layout_a_dirty,
    "A-break": layout_page_break,
    "B": layout_b,
    "B-wrapped": layout_b_wrapped,
    "C1": layout_c1,
    "C2": layout_c2,
    "C3": layout_c3,
    "C4": layout_c4,
    "C-mixed": layout_c_mixed,
    "D": layout_d,
    "D2": layout_d2,
    "E": layout_e,
    "F": layout_e,
    "G": layout_g,
    "H": layout_a,
    "H-wrapped": layout_a,
    "M": layout_m,
    "M-torn": layout_m_torn,
    "M-labels": layout_m_labels,
    "N": layout_n,
    "R": layout_r,
    "R-blanks": layout_r_blanks,
}
