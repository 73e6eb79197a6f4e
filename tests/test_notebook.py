"""The example notebook runs on a dataset of the example reports, and shows what it says it shows."""

from pathlib import Path
from typing import Any

import pytest

from xxgk.inputs import find_inputs
from xxgk.run import parse_inputs

nbformat = pytest.importorskip("nbformat", reason="nbformat is in the extra test")
nbclient = pytest.importorskip("nbclient", reason="nbclient is in the extra test")
pytest.importorskip("ipykernel", reason="ipykernel is in the extra test")
pytest.importorskip("altair", reason="altair is in the extra figures")

ROOT = Path(__file__).parent.parent
NOTEBOOK = ROOT / "examples" / "compare.ipynb"


def outputs_of(cells: list[Any]) -> str:
    """All text that the cells printed or showed."""
    told = []
    for cell in cells:
        for output in cell.get("outputs", ()):
            told.append(output.get("text", ""))
            told += [str(part) for part in output.get("data", {}).values()]
    return "\n".join(told)


def test_the_notebook_is_kept_without_outputs() -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(notebook)
    assert outputs_of(notebook.cells) == ""
    assert all(cell.get("execution_count") is None for cell in notebook.cells)


def test_the_notebook_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = find_inputs([str(ROOT / "tests" / "fixtures" / "reports")])
    parse_inputs(found, None, 1, as_json=False, out=tmp_path / "dataset", quiet=True, say=lambda _: None)
    monkeypatch.setenv("XXGK_DATASET", str(tmp_path / "dataset"))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    client = nbclient.NotebookClient(
        notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(NOTEBOOK.parent)}}
    )
    client.execute()
    told = outputs_of(notebook.cells)
    for words in ("that add up: ", "share granted (%)", "vega-lite", "T3-ROW", "total_zero", "⟦", "12"):
        assert words in told
    # The row of the table stands in the file at the line told.
    assert "属于国家秘密" in told
