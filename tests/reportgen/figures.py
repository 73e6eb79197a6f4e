"""Invented numbers that keep every identity of the official forms."""

from random import Random

from tests.reportgen.labels import APPLICANTS, codebook_rows

Number = int | float
Numbers = dict[tuple[str, str | None], Number]

# How busy the agency is: chance that an application row is empty, scale of its counts, scale of table 2.
PROFILES = {"town": (0.85, 2, 12), "bureau": (0.45, 9, 300), "county": (0.25, 90, 4000), "city": (0.1, 900, 60000)}


def make_numbers(random: Random, form: str, profile: str, before: Numbers | None = None) -> Numbers:
    """All numbers of one report, keyed by (indicator, applicant or None); sums hold as the form demands.

    ``before`` are the numbers of the year before, of which it then tells what they say: what was carried over, what
    was in force.
    """
    if form == "2014":
        return _make_statistics(random, profile)
    return {
        **_make_disclosure(random, form, profile, before or {}),
        **_make_applications(random, form, profile, before or {}),
        **_make_reviews(random, profile),
    }


def _skewed(random: Random, scale: int) -> int:
    """A count of roughly ``scale``, more often small than large, never 0."""
    return 1 + int(scale * random.random() ** 2.5)


def _make_disclosure(random: Random, form: str, profile: str, before: Numbers) -> Numbers:
    scale = PROFILES[profile][2]
    numbers: Numbers = {}
    for row in codebook_rows(form):
        if row["table"] == "disclosure":
            numbers[row["indicator"], None] = _disclosure_number(random, row["indicator"], row["unit"], scale)
    for name in ("rules", "normative_documents"):
        if form == "2021":
            small = numbers[f"disclosure.{name}.issued", None] = random.choice((0, 0, 1, 2, 3, 7))
            numbers[f"disclosure.{name}.in_force", None] = small + random.choice((0, 3, 12, 45))
            numbers[f"disclosure.{name}.repealed", None] = random.choice((0, 0, 1, 4))
            if (earlier := before.get((f"disclosure.{name}.in_force", None))) is not None:
                repealed = min(numbers[f"disclosure.{name}.repealed", None], earlier + small)
                numbers[f"disclosure.{name}.repealed", None] = repealed
                numbers[f"disclosure.{name}.in_force", None] = earlier + small - repealed
    return numbers


def _disclosure_number(random: Random, indicator: str, unit: str, scale: int) -> Number:
    if unit == "万元":
        return random.choice((0, round(random.uniform(0.1, scale), random.choice((1, 2, 4)))))
    if indicator.endswith("items_change"):
        return random.choice((0, 0, _skewed(random, 40), -_skewed(random, 40)))
    if random.random() < 0.15:
        return 0
    return _skewed(random, scale if indicator.endswith("decisions") else min(scale, 200))


def _make_applications(random: Random, form: str, profile: str, before: Numbers) -> Numbers:
    empty, scale, _ = PROFILES[profile]
    rows = [r["indicator"] for r in codebook_rows(form) if r["table"] == "applications"]
    parts = [r for r in rows if r.startswith("applications.results.") and r != "applications.results.total"]
    numbers: Numbers = {}
    for part in parts:
        used = random.random() > empty
        for applicant in APPLICANTS[:-1]:
            share = 1.0 if applicant == "natural_person" else 0.25
            hit = used and random.random() < (0.9 if applicant == "natural_person" else 0.3)
            numbers[part, applicant] = _skewed(random, max(1, int(scale * share))) if hit else 0
    for applicant in APPLICANTS[:-1]:
        results = sum(int(numbers[part, applicant]) for part in parts)
        forward = random.choice((0, 0, 1, 2, 5)) if results else 0
        carried = min(results + forward, random.choice((0, 0, 1, 3, 6)))
        carried = int(before.get(("applications.carried_forward", applicant), carried))
        if carried > results + forward:
            numbers[parts[0], applicant] += carried - results - forward
            results = carried - forward
        numbers["applications.results.total", applicant] = results
        numbers["applications.carried_forward", applicant] = forward
        numbers["applications.carried_over", applicant] = carried
        numbers["applications.received", applicant] = results + forward - carried
    for row in rows:
        numbers[row, "total"] = sum(int(numbers[row, applicant]) for applicant in APPLICANTS[:-1])
    return numbers


def _make_reviews(random: Random, profile: str) -> Numbers:
    scale = {"town": 1, "bureau": 4, "county": 30, "city": 120}[profile]
    numbers: Numbers = {}
    for group in ("review", "litigation.direct", "litigation.after_review"):
        counts = [_skewed(random, scale) if random.random() < 0.55 else 0 for _ in range(4)]
        for name, count in zip(("upheld", "corrected", "other", "pending"), counts, strict=True):
            numbers[f"{group}.{name}", None] = count
        numbers[f"{group}.total", None] = sum(counts)
    return numbers


def _make_statistics(random: Random, profile: str) -> Numbers:
    empty, scale, large = PROFILES[profile]
    numbers: Numbers = {}
    rows = codebook_rows("2014")
    for row in rows:
        small = row["table"] != "statistics" or row["unit"] != "条"
        used = random.random() > empty * 0.7
        numbers[row["indicator"], None] = _skewed(random, scale if small else large) if used else 0
        if row["unit"] == "万元":
            numbers[row["indicator"], None] = random.choice((0, round(random.uniform(0.1, 60), 2)))
    for row in reversed(rows):  # parts stand below their parent, so the innermost sums come first
        parts = [r["indicator"] for r in rows if r["parent"] == row["indicator"]]
        if parts:
            numbers[row["indicator"], None] = sum(int(numbers[part, None]) for part in parts)
    return numbers
