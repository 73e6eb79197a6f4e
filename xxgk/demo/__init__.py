"""Local replicas of government sites: what ``xxgk demo`` and the tests crawl. Nothing of it leaves 127.0.0.0/8.

Raises ImportError with a line for a person where the packages of the extra ``demo`` are missing.
"""

try:
    import docx  # noqa: F401
    import jinja2  # noqa: F401
    import openpyxl  # noqa: F401
    import starlette  # noqa: F401
    import uvicorn  # noqa: F401
except ImportError as error:
    raise ImportError(f"the replicas need {error.name}, which is missing; pip install 'xxgk[demo]'") from None
