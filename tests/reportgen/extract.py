"""Remake the stored texts of the deviated pages, once per version of trafilatura.

    python -m tests.reportgen.extract pages PAGES.jsonl        writes all pages
    python extract.py texts PAGES.jsonl TEXTS-VERSION.jsonl    in an environment with that trafilatura
    python -m tests.reportgen.extract store TEXTS-*.jsonl      packs them into tests/fixtures

The middle step needs nothing of this project, so that an old trafilatura can have an environment of its own
(with lxml_html_clean beside it).
"""

import json
import lzma
import sys
from pathlib import Path


def write_pages(target: Path) -> None:
    """Write [deviation, seed, page] lines."""
    from tests.reportgen.deviations import DEVIATIONS, REPORTS, render_deviation

    with target.open("w", encoding="utf-8") as handle:
        for name in DEVIATIONS:
            for seed in range(REPORTS):
                page = render_deviation(name, seed).decode()
                handle.write(json.dumps([name, seed, page], ensure_ascii=False) + "\n")


def write_texts(pages: Path, target: Path) -> None:
    """Write [deviation, seed, version, text] lines with the trafilatura of this environment."""
    import trafilatura

    with pages.open(encoding="utf-8") as source, target.open("w", encoding="utf-8") as handle:
        for name, seed, page in map(json.loads, source):
            text = trafilatura.extract(page, include_tables=True, include_comments=False)
            handle.write(json.dumps([name, seed, trafilatura.__version__, text], ensure_ascii=False) + "\n")


def store_texts(sources: list[Path]) -> None:
    """Pack texts of all versions and the digest of the pages into the fixture, alike pages beside one another."""
    from tests.reportgen.deviations import STORE, digest_pages

    lines = sorted(
        (json.loads(line) for path in sources for line in path.open(encoding="utf-8")),
        key=lambda row: (row[1], row[2], row[0]),
    )
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "dict_size": 1 << 26}]
    with lzma.open(STORE, "wt", encoding="utf-8", newline="\n", filters=filters) as handle:
        handle.write(json.dumps({"digest": digest_pages()}) + "\n")
        handle.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


if __name__ == "__main__":
    command, *paths = sys.argv[1:]
    if command == "pages":
        write_pages(Path(paths[0]))
    elif command == "texts":
        write_texts(Path(paths[0]), Path(paths[1]))
    else:
        store_texts([Path(path) for path in paths])
