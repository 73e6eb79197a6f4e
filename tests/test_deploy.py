"""The examples of running it every night: they can be read by what they are for, and name commands that exist."""

import configparser
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main

from xxgk.cli import app

DEPLOY = Path(__file__).parent.parent / "deploy"
UNITS = ("xxgk.service", "xxgk.timer")


def unit(name: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string((DEPLOY / name).read_text(encoding="utf-8"))
    return parser


def test_the_service_runs_the_nightly_command() -> None:
    service = unit("xxgk.service")["Service"]
    assert service["ExecStart"].split()[1:] == ["run", "--sites", "%E/xxgk/sites.toml", "--data", "%S/xxgk"]
    # RuntimeMaxSec is without effect on oneshot.
    assert service["Type"] == "exec"
    assert service["RuntimeMaxSec"] == "22h"
    assert service["StateDirectory"] == "xxgk"
    assert service["ProtectSystem"] == "strict"
    assert unit("xxgk.timer")["Timer"]["OnCalendar"].endswith("Asia/Shanghai")


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
def test_systemd_understands_the_units(tmp_path: Path) -> None:
    for name in UNITS:
        text = (DEPLOY / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text.replace("/opt/xxgk/bin/xxgk", sys.executable), encoding="utf-8")
    command = ["systemd-analyze", "verify", *(str(tmp_path / name) for name in UNITS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_lines_for_cron_are_whole() -> None:
    text = (DEPLOY / "crontab.example").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    jobs = [line for line in lines if not re.match(r"[A-Z]+=", line)]
    assert len(jobs) == 2
    for job in jobs:
        assert re.match(r"(?:(?:\d+|\*) ){4}(?:\d|\*) +\S", job)
        # A percent sign ends the command of a line for cron.
        assert "%" not in job


def test_the_workflow_keeps_the_data() -> None:
    yaml = pytest.importorskip("yaml")
    workflow = yaml.safe_load((DEPLOY / "github-actions.yml").read_text(encoding="utf-8"))
    # YAML 1.1 reads the key on as true.
    assert workflow[True]["schedule"] == [{"cron": "30 17 * * *"}]
    assert workflow["concurrency"]["cancel-in-progress"] is False
    steps = {step["name"]: step for step in workflow["jobs"]["run"]["steps"] if "name" in step}
    fetch, keep = steps["Fetch the data of the last night"], steps["Keep the data for the next night"]
    assert fetch["with"]["key"] == keep["with"]["key"]
    assert fetch["with"]["key"].startswith(fetch["with"]["restore-keys"])
    assert keep["if"] == "always()"
    shell = subprocess.run(["bash", "-n"], input=steps["Crawl, read and publish"]["run"], text=True, check=False)
    assert shell.returncode == 0


def test_every_command_named_exists() -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    named = set()
    for path in DEPLOY.iterdir():
        for command, rest in re.findall(r"\bxxgk ([a-z]+)\b((?: +--?[a-z]\S*| +[\w./%-]+)*)", path.read_text("utf-8")):
            if command not in commands:
                continue
            named.add(command)
            options = {option for parameter in commands[command].params for option in parameter.opts}
            assert set(re.findall(r"--[a-z-]+", rest)) <= options, (path.name, command)
    assert {"run", "sites"} <= named


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_every_example_is_told(name: str) -> None:
    text = (DEPLOY / name).read_text(encoding="utf-8")
    examples = [path.name for path in DEPLOY.iterdir() if path.suffix != ".md"]
    assert [example for example in examples if f"`{example}`" not in text] == []
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (DEPLOY / target).exists()
