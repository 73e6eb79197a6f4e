"""What holds of the project as a whole: who imports whom, and that what exists is told in the documents."""

import ast
import re
import tomllib
from pathlib import Path

import pytest
import typer.main

from output.schema import CRAWLED, DERIVED, RECORDS
from xxgk.cli import app
from xxgk.inputs import find_inputs
from xxgk.run import parse_inputs

ROOT = Path(__file__).parent.parent
OURS = {"parsers", "scraper", "output", "xxgk", "tests", "benchmarks"}
MAY_IMPORT = {
    "parsers": {"parsers"},
    "scraper": {"scraper"},
    "output": {"output", "parsers.records", "parsers.codebook"},
    "xxgk": {"xxgk", "parsers", "scraper", "output"},
}
READMES = ("README.md", "README.zh-CN.md")
RULE = re.compile(r'"((?:T3|T4|L|N|Y|FORM)-[A-Z-]+)"')


def imported(path: Path) -> set[str]:
    """The modules that a file imports, at the top or in a function; relative ones made absolute."""
    names: set[str] = set()
    package = path.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level:
            base = package[: len(package) - node.level + 1]
            names.add(".".join((*base, *filter(None, [node.module]))))
        elif isinstance(node, ast.ImportFrom):
            # `from parsers import records` is an import of parsers.records.
            module = node.module or ""
            names |= {f"{module}.{alias.name}" for alias in node.names} if module in OURS else {module}
    return names


def sources(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_imports_go_the_right_way(package: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in sources(package)
        for name in imported(path)
        if name.split(".")[0] in OURS
        and not any(f"{name}.".startswith(f"{allowed}.") for allowed in MAY_IMPORT[package])
    ]
    assert wrong == []


def test_the_walk_sees_an_import() -> None:
    assert {"parsers.records", "output.replace"} <= imported(ROOT / "output" / "dataset.py")


@pytest.mark.parametrize("package", ["parsers", "scraper", "output", "xxgk"])
def test_packages_are_installed_whole(package: str) -> None:
    """Every package and data file of ours is named in pyproject.toml, or an installed copy would lack it."""
    setup = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    for folder in {path.parent for path in sources(package)}:
        name = ".".join(folder.relative_to(ROOT).parts)
        assert name in setup["packages"]
        covered = {path for pattern in setup["package-data"].get(name, ()) for path in folder.glob(pattern)}
        data = {path for path in folder.iterdir() if path.is_file() and path.suffix not in {".py", ".pyc"}}
        assert data <= covered, name


def commands() -> dict[str, list[str]]:
    """The commands and their options as the command line itself knows them."""
    group = typer.main.get_command(app)
    found = {
        name: [o for p in command.params for o in p.opts if o.startswith("--")]
        for name, command in group.commands.items()
    }
    return {**found, "": [o for p in group.params for o in p.opts if o.startswith("--")]}


@pytest.mark.parametrize("readme", READMES)
def test_commands_and_options_are_told(readme: str) -> None:
    text = (ROOT / readme).read_text(encoding="utf-8")
    for command, options in commands().items():
        assert f"xxgk {command}".strip() in text
        missing = [option for option in options if f"`{option}" not in text]
        assert missing == [], f"{readme} does not tell these options of xxgk {command}"


def test_help_opens_with_a_sentence_and_an_example() -> None:
    group = typer.main.get_command(app)
    for name, command in group.commands.items():
        sentence, example, bullets = command.help.split("\n\n", 2)
        assert sentence.endswith(".")
        assert example.replace("\b", "").strip().startswith(f"xxgk {name}")
        assert all(line.startswith("- ") for line in bullets.replace("\b", "").strip().splitlines())
        assert all(parameter.help for parameter in command.params)


@pytest.mark.parametrize("readme", READMES)
def test_files_rules_and_statuses_are_told(readme: str) -> None:
    text = (ROOT / readme).read_text(encoding="utf-8")
    code = [path.read_text(encoding="utf-8") for package in ("parsers", "output") for path in sources(package)]
    rules = {rule for text in code for rule in RULE.findall(text)}
    assert {"T3-ROW", "Y-CARRY"} <= rules
    statuses = {"clean", "flagged", "partial", "number", "blank", "not_applicable", "unreadable", "inferred"}
    missing = [
        word for word in sorted({*rules, *statuses, *RECORDS, *CRAWLED, *DERIVED, "panel"}) if f"`{word}`" not in text
    ]
    assert missing == []


@pytest.mark.parametrize("readme", READMES)
def test_the_sample_output_is_what_comes_out(readme: str, tmp_path: Path) -> None:
    """The figures under "make run" are those of the example reports; write the new ones where this fails."""
    found = find_inputs([str(ROOT / "tests" / "fixtures" / "reports")])
    tally = parse_inputs(found, None, 1, as_json=False, out=tmp_path / "d", quiet=True, say=lambda _: None)
    lines = tally.table(Path("data/dataset")).splitlines()
    assert "".join(f"    {line}\n" for line in lines) in (ROOT / readme).read_text(encoding="utf-8"), "\n".join(lines)


def test_pins_are_exact_and_name_no_host() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").split()
    assert all(re.fullmatch(r"[A-Za-z0-9_.-]+==[0-9][A-Za-z0-9.]*", line) for line in lines)
    pinned = {re.sub(r"[-_.]+", "-", line.split("==")[0]).lower() for line in lines}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [
        *project["dependencies"],
        *(item for extra in project["optional-dependencies"].values() for item in extra),
    ]
    # An extra may hold another one of ours.
    assert {re.split(r"[><=!~\[]", item)[0].strip().lower() for item in wanted} - {"xxgk"} <= pinned


def test_links_in_the_documents_lead_somewhere() -> None:
    for name in (*READMES, "CONTRIBUTING.md", "CHANGELOG.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)#:]+)\)", text):
            assert (ROOT / target).exists(), f"{name}: {target}"
