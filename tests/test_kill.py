"""A run that is killed again and again (SIGKILL) ends with the dataset of one that nobody disturbed."""

import csv
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

pytest.importorskip("starlette", reason="the replicas need the extra `demo`")
from xxgk.demo.replicas import Replicas

SITES = ["trs", "vsb", "jpage-record"]
# Seconds after which the process is killed, over and over: from before its first request to its publishing.
MOMENTS = (0.5, 0.8, 1.0, 1.2, 1.4, 1.6, 1.8, 2.0, 2.2, 2.4, 3.0, 4.0)
MAX_RUNS = 60
NIGHTLY = [sys.executable, "-c", "from xxgk.cli import main; main()", "run", "--json"]
# What tells when a snapshot was taken differs between two crawls.
TIMES = {"fetched_at", "changed_at"}


def dataset(folder: Path) -> dict[str, list[dict[str, str]]]:
    """The tables of a dataset, without times."""
    tables = {}
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as handle:
            tables[path.stem] = [
                {name: text for name, text in row.items() if name not in TIMES} for row in csv.DictReader(handle)
            ]
    return tables


def run(sites: Path, data: Path, kill_after: float | None = None) -> int:
    """The exit status of one run; -9 where it was killed."""
    process = subprocess.Popen(
        [*NIGHTLY, "--sites", str(sites), "--data", str(data)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        return process.wait(kill_after if kill_after is not None else 120)
    except subprocess.TimeoutExpired:
        os.kill(process.pid, signal.SIGKILL)
        return process.wait()


def test_a_run_killed_over_and_over_loses_nothing_and_asks_nothing_twice(tmp_path: Path) -> None:
    with Replicas(only=SITES) as replicas:
        sites = tmp_path / "sites.toml"
        sites.write_text(replicas.sites_toml(delay=0.03), encoding="utf-8")
        assert run(sites, tmp_path / "undisturbed") == 0
        undisturbed, before = len(replicas.log), len(replicas.log)
        kills, status = 0, -9
        # A summary is written at the very end: a process that is killed after it has done its night.
        while not list((tmp_path / "killed" / "runs").glob("*.json")) and kills < MAX_RUNS:
            status = run(sites, tmp_path / "killed", MOMENTS[kills % len(MOMENTS)])
            kills += status == -signal.SIGKILL
            # What was being answered to the killed process is settled.
            time.sleep(0.05)
        assert status in (0, -signal.SIGKILL)
        assert kills < MAX_RUNS
        log = replicas.log[before:]
    assert kills >= 5
    times = Counter((seen.host, seen.method, seen.path, seen.body) for seen in log)
    # What was under way when the process died, at most one request a host, is the only thing asked for again.
    assert sum(times.values()) - len(times) <= kills * len({seen.host for seen in log})
    assert len(log) - undisturbed <= kills
    assert dataset(tmp_path / "killed" / "dataset") == dataset(tmp_path / "undisturbed" / "dataset")
    for path in (tmp_path / "killed" / "archive").glob("*.warc.gz"):
        with path.open("rb") as handle:
            for record in ArchiveIterator(handle, check_digests="raise"):
                record.content_stream().read()
    print(f"killed {kills} times, {len(log) - undisturbed} of {undisturbed} requests asked for again")
