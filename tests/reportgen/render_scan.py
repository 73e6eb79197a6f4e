"""Reports as scans: drawn as PDF, rendered by PDFium, then what a scanner does to a page: skew, noise, JPEG.

``python -m tests.reportgen.render_scan`` measures how many values are read right from them (needs the extra ``ocr``).
"""

import argparse
import io
import time
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pypdfium2 as pdfium
from PIL import Image, ImageFilter

from parsers.records import RecordSet
from tests.reportgen.draw_pdf import DrawOptions, draw_pdf
from tests.reportgen.model import Gold, Report, Table, make_report


@dataclass(frozen=True)
class ScanOptions:
    """How the page is scanned: dots an inch, degrees of skew, spread of the noise (of 255), JPEG quality (0: none),
    how far light falls off to one side, blur in pixels at 200 dpi."""

    dpi: int = 200
    skew: float = 0.0
    noise: float = 0.0
    quality: int = 0
    shade: float = 0.0
    blur: float = 0.0
    seed: int = 0


def vary_options(seed: int, dpi: int) -> ScanOptions:
    """The options of one of many scans: skew up to 1.5 degrees either way, more or less of all the rest."""
    random = np.random.default_rng(seed)
    return ScanOptions(
        dpi,
        float(random.uniform(-1.5, 1.5)),
        float(random.uniform(4, 16)),
        int(random.integers(45, 85)),
        float(random.uniform(0, 40)),
        float(random.uniform(0, 0.7)),
        seed,
    )


def scan_pages(pdf: bytes, options: ScanOptions | None = None) -> list[Image.Image]:
    """The pages of a PDF as a scanner gives them, in grey."""
    options = options or ScanOptions()
    random = np.random.default_rng(options.seed)
    file = pdfium.PdfDocument(pdf)
    try:
        return [_scan(file[n].render(scale=options.dpi / 72).to_pil(), options, random) for n in range(len(file))]
    finally:
        file.close()


def _scan(page: Image.Image, options: ScanOptions, random: np.random.Generator) -> Image.Image:
    grey = page.convert("L").filter(ImageFilter.GaussianBlur(options.blur * options.dpi / 200))
    turned = grey.rotate(options.skew, Image.Resampling.BICUBIC, fillcolor=255)
    pixels = np.asarray(turned, dtype=np.float64)
    light = 1 - options.shade / 255 * np.linspace(0, 1, pixels.shape[1])
    noisy = 12 + pixels * (238 / 255) * light + random.normal(0, options.noise or 1e-9, pixels.shape)
    image = Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))
    if not options.quality:
        return image
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=options.quality)
    return Image.open(io.BytesIO(buffer.getvalue())).convert("L")


def write_pdf(pages: list[Image.Image], dpi: int) -> bytes:
    """A scanned PDF: each page one picture."""
    buffer = io.BytesIO()
    pages[0].save(buffer, "PDF", save_all=True, append_images=pages[1:], resolution=dpi)
    return buffer.getvalue()


def write_png(pages: list[Image.Image]) -> bytes:
    """All pages under one another as one PNG file."""
    width = max(page.width for page in pages)
    whole = Image.new("L", (width, sum(page.height for page in pages)), 255)
    top = 0
    for page in pages:
        whole.paste(page, (0, top))
        top += page.height
    buffer = io.BytesIO()
    whole.save(buffer, "PNG")
    return buffer.getvalue()


def render_scan(report: Report, options: ScanOptions | None = None, draw: DrawOptions | None = None) -> bytes:
    """The report as a scanned PDF file."""
    options = options or ScanOptions()
    return write_pdf(scan_pages(draw_pdf(report, draw), options), options.dpi)


class Shares(NamedTuple):
    """Counts of the cells of scans: ``confirmed`` and ``marked`` (status ``ocr``) are right, ``wrong_confirmed``,
    ``wrong_marked`` and ``wrong_blank`` (a null that says blank or not applicable) wrong."""

    confirmed: int = 0
    marked: int = 0
    blank: int = 0
    unreadable: int = 0
    missing: int = 0
    wrong_marked: int = 0
    wrong_confirmed: int = 0
    wrong_blank: int = 0

    def plus(self, other: "Shares") -> "Shares":
        """The sum of both."""
        return Shares(*(a + b for a, b in zip(self, other, strict=True)))


def score_scan(records: RecordSet, gold: Gold) -> tuple[Shares, list[str]]:
    """The shares of one report, and a line on each value that is wrong."""
    got = {(value.indicator, value.applicant): value for value in records.values}
    counts = dict.fromkeys(Shares._fields, 0)
    wrong: list[str] = []
    for indicator, applicant, printed in gold:
        value = got.pop((indicator, applicant), None)
        if value is None:
            counts["missing"] += 1
            continue
        right = value.value == printed or (value.value is not None and abs(value.value - (printed or 0)) < 1e-6)
        kind = {"number": "confirmed", "inferred": "confirmed", "ocr": "marked", "unreadable": "unreadable"}.get(
            value.status, "blank"
        )
        counts[kind if right or kind == "unreadable" else f"wrong_{kind}"] += 1
        if not right and kind != "unreadable":
            wrong.append(f"{indicator}|{applicant}: {value.raw!r} {value.value} ({value.status}), printed {printed}")
    for value in got.values():
        if value.value is not None:
            counts["wrong_marked" if value.status == "ocr" else "wrong_confirmed"] += 1
            wrong.append(f"{value.indicator}|{value.applicant}: {value.value}, never printed")
    return Shares(**counts), wrong


def _shorten(report: Report) -> Report:
    """The report with a line of each paragraph: pages of prose take their time and have no values."""
    for section in report.sections:
        section.body = [block if isinstance(block, Table) else block[:40] for block in section.body]
    return report


def main() -> None:
    """Print the shares for each resolution."""
    from parsers.reader import parse_report

    parser = argparse.ArgumentParser(description="Score the reader on scans of synthetic reports.")
    parser.add_argument("--reports", type=int, default=8, help="reports of each form")
    parser.add_argument("--dpi", type=int, nargs="*", default=[100, 150, 200])
    parser.add_argument("--first", type=int, default=0, help="the seed of the first report")
    arguments = parser.parse_args()
    for dpi in arguments.dpi:
        for form in ("2021", "2019", "2014"):
            shares, pages, spent = Shares(), 0, 0.0
            for seed in range(arguments.first, arguments.first + arguments.reports):
                report = _shorten(make_report(seed, form))
                images = scan_pages(draw_pdf(report), vary_options(seed, dpi))
                start = time.perf_counter()
                records = parse_report(write_pdf(images, dpi))
                spent += time.perf_counter() - start
                pages += len(images)
                found, wrong = score_scan(records, report.gold())
                shares = shares.plus(found)
                for line in wrong:
                    print(f"  {form} {seed} {dpi}: {line}", flush=True)
            print(f"{dpi} dpi, {form}: {shares._asdict()}, {spent / pages:.1f} s a page", flush=True)


if __name__ == "__main__":
    main()
