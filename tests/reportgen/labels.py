"""The data files of the generator: codebook, tables, prose."""

import csv
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
CODEBOOK = HERE.parents[1] / "parsers" / "codebook.csv"
APPLICANTS = ("natural_person", "business", "research", "public_welfare", "legal_service", "other_org", "total")


@cache
def codebook_rows(form: str) -> list[dict[str, str]]:
    """The rows of the codebook for one form, in its order."""
    with CODEBOOK.open(encoding="utf-8", newline="") as handle:
        return [row for row in csv.DictReader(handle) if row["form"] == form]


@cache
def load_data(name: str) -> dict[str, Any]:
    """The content of ``data/NAME.toml``."""
    return tomllib.loads((HERE / "data" / f"{name}.toml").read_text(encoding="utf-8"))
