"""How the property tests choose their examples: the same in every run, or by chance and many (``make search``)."""

import pytest
from hypothesis import settings

# A run of the suite says whether the project holds, on any machine the same. Looking for new failures is work of its
# own, with its own command; what it finds becomes an example of the test.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("search", max_examples=3000, deadline=None, print_blob=True)


def pytest_configure(config: pytest.Config) -> None:
    settings.load_profile(config.getoption("--hypothesis-profile", default=None) or "same")
