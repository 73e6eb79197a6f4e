"""Many sources to many records: in this process, or in a pool of processes that may die without losing the rest."""

import faulthandler
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import groupby, islice
from multiprocessing import active_children, get_context, parent_process
from pathlib import Path
from time import monotonic
from types import FrameType
from typing import Literal, NamedTuple, TypeVar

import msgspec

from parsers.errors import NotAReport
from parsers.records import RecordSet
from xxgk.inputs import STDIN, OwnFileError, read_bytes, refuse_own

# Sources that a process reads at a time: the cost of handing work over is then small beside the work.
CHUNK = 32
# Below this the processes take longer to start than to read.
MIN_FOR_POOL = 2 * CHUNK
# Chunks given out per process beyond the one whose result is awaited; bounds what is held in memory.
CHUNKS_AHEAD = 3
# Seconds that processes get to finish their chunk when nobody waits for the result any more.
GRACE = 3.0
# Seconds for one source. An ordinary one takes a few milliseconds.
TIME_LIMIT = 60.0
# A process that does not answer the time limit (busy outside Python) is ended after so many seconds.
HARD_TIME_LIMIT = 2 * TIME_LIMIT

_Given = TypeVar("_Given")
_Read = TypeVar("_Read")


class Snapshot(NamedTuple):
    """One answer of an archive: the folder, file and offset of the record that holds it, its address and its time.

    ``parts`` names the attachments of the page, as the state of the crawl keeps them.
    """

    folder: str
    file: str
    offset: int
    url: str
    fetched: str
    parts: bytes = b""


Source = str | Snapshot
"""What is read: a path, "-" for standard input, or a snapshot."""


class Outcome(NamedTuple):
    """What became of one source: the JSON object of its records, or the reason why there is none.

    Of the kinds without a record, ``no report`` is the verdict of the reader, ``own`` says that this program wrote it,
    ``failed`` would end the same way once more, ``disturbed`` may not (the disk, the memory).
    """

    source: Source
    data: bytes | None
    reason: str = ""
    kind: Literal["record", "no report", "own", "failed", "disturbed"] = "failed"


def read_many(paths: list[str], url: str | None, jobs: int) -> Iterator[Outcome]:
    """What became of each path, in order; ``url`` is the address of the report where there is one input.

    Few files are read in this process, many by ``jobs`` processes. Never raises for what is in a file.
    """
    for is_stdin, group in groupby(paths, lambda path: path == STDIN):
        run = list(group)
        if is_stdin or jobs == 1 or len(run) < MIN_FOR_POOL:
            yield from (read_one(path, url) for path in run)
        else:
            yield from _read_in_pool(run, jobs)


def read_snapshots(snapshots: Sequence[Snapshot], jobs: int) -> Iterator[Outcome]:
    """What became of each snapshot, in order, read by ``jobs`` processes; by this one where it is 0.

    A page that ends the process that reads it is then known, and a night does not end with it.
    """
    return _read_in_pool(snapshots, jobs) if jobs else map(read_one, snapshots)


def read_one(source: Source, url: str | None = None) -> Outcome:
    """What became of one source; "-" is standard input, whose records name no path."""
    try:
        with time_limit(TIME_LIMIT):
            record = _read_snapshot(source) if isinstance(source, Snapshot) else _read_path(source, url)
            return Outcome(source, record.to_json(), kind="record")
    except OwnFileError as error:
        return Outcome(source, None, str(error), "own")
    except NotAReport as error:
        return Outcome(source, None, str(error), "no report")
    except TookTooLongError:
        return Outcome(source, None, f"took longer than {TIME_LIMIT:.0f} s to read and was left")
    except OSError as error:
        return Outcome(source, None, f"cannot be read: {error.strerror or error}", "disturbed")
    except Exception as error:
        # A bug of ours in one file must not lose the others.
        return Outcome(source, None, f"internal error (please report): {type(error).__name__}: {error}")


def _read_path(path: str, url: str | None) -> RecordSet:
    from parsers.reader import parse_report

    name = None if path == STDIN else _as_text(path)
    data = read_bytes(path)
    refuse_own(data)
    return parse_report(data, source_path=name, source_url=url)


def _read_snapshot(snapshot: Snapshot) -> RecordSet:
    """The record set of a snapshot; raises OSError where the archive does not hold it."""
    from parsers.parts import Attachment
    from parsers.reader import parse_report
    from scraper.archive import ArchiveError, read_record
    from scraper.rows import decode_parts

    folder, parts = Path(snapshot.folder), decode_parts(snapshot.parts)
    try:
        body = read_record(folder, snapshot.file, snapshot.offset).body
        attachments = [
            Attachment(read_record(folder, part.file, part.offset).body, part.url, part.name)
            for part in parts
            if part.file
        ]
    except ArchiveError as error:
        raise OSError(str(error)) from None
    record = parse_report(body, source_url=snapshot.url, attachments=attachments)
    missing = [
        f"attachment {part.name or part.url}: could not be had, so it is not read" for part in parts if not part.file
    ]
    notes = (*record.report.notes, *missing)
    report = msgspec.structs.replace(record.report, fetched_at=snapshot.fetched, notes=notes)
    return msgspec.structs.replace(record, report=report)


def _as_text(path: str) -> str:
    """The path as it can stand in UTF-8: bytes of a name that are no UTF-8 are replaced."""
    return os.fsencode(path).decode("utf-8", errors="replace")


class TookTooLongError(BaseException):
    """Raised by the alarm; no Exception, so that no handler on the way takes it for an error of its own."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise TookTooLongError in the block after so many seconds, where the system has an alarm to set."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    is_over = False

    def stop(_signal: int, _frame: FrameType | None) -> None:
        if not is_over:
            raise TookTooLongError

    before = signal.signal(signal.SIGALRM, stop)
    # Again each second: an exception raised in a callback of the garbage collector is lost.
    signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
    try:
        try:
            yield
        finally:
            is_over = True
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _read_in_pool(sources: Sequence[Source], jobs: int) -> Iterator[Outcome]:
    """As ``read_many`` by a pool. Where a process dies, the chunk that waits is read one by one, then it goes on."""
    chunks = [sources[start : start + CHUNK] for start in range(0, len(sources), CHUNK)]
    done = 0
    while done < len(chunks):
        try:
            for outcomes in _map_chunks(chunks[done:], jobs):
                yield from outcomes
                done += 1
        except BrokenProcessPool:
            yield from _read_singly(chunks[done])
            done += 1


def _map_chunks(chunks: list[Sequence[Source]], jobs: int) -> Iterator[list[Outcome]]:
    waiting: deque[Future[list[Outcome]]] = deque()
    rest = iter(chunks)
    with _pool(min(jobs, len(chunks))) as pool:
        waiting.extend(_submit(pool, _read_chunk, chunk) for chunk in islice(rest, jobs + CHUNKS_AHEAD))
        while waiting:
            outcomes = waiting.popleft().result()
            waiting.extend(_submit(pool, _read_chunk, chunk) for chunk in islice(rest, 1))
            yield outcomes


def _read_singly(sources: Sequence[Source]) -> Iterator[Outcome]:
    """As ``read_many``, by a process that is started anew where a source ends it, so that it is known which."""
    rest = deque(sources)
    while rest:
        try:
            with _pool(1) as pool:
                while rest:
                    outcome = _submit(pool, _read_guarded, rest[0]).result()
                    rest.popleft()
                    yield outcome
        except BrokenProcessPool:
            reason = "ended the process that read it (out of memory, or stuck) and was left"
            yield Outcome(rest.popleft(), None, reason, "disturbed")


@contextmanager
def _pool(jobs: int) -> Iterator[ProcessPoolExecutor]:
    # Spawned, not forked: the progress bar runs a thread, and a fork beside a thread may hang.
    pool = ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_start_worker)
    try:
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        end_processes(GRACE)


def _submit(pool: ProcessPoolExecutor, read: Callable[[_Given], _Read], given: _Given) -> Future[_Read]:
    """Hand work to the pool, which may start a process for it.

    Ctrl-C goes to every process of the terminal, and the parent decides what is to be done: a process that is started
    while the signal is blocked never gets it, not even before it has come to its first line.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        return pool.submit(read, given)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def end_processes(grace: float) -> None:
    """Wait so many seconds for the processes to hand over the chunk that they are at, then end those that are stuck.

    Ending one while it writes its result may leave the pool waiting for the rest of it.
    """
    deadline = monotonic() + grace
    for process in active_children():
        process.join(max(0.0, deadline - monotonic()))
        process.terminate()


def _start_worker() -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End this process when the parent was killed: it would wait for work for ever."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _read_chunk(sources: Sequence[Source]) -> list[Outcome]:
    return [_read_guarded(source) for source in sources]


def _read_guarded(source: Source) -> Outcome:
    """As ``read_one``, and end this process where the time limit cannot stop it."""
    with open(os.devnull, "w") as nowhere:
        faulthandler.dump_traceback_later(HARD_TIME_LIMIT, exit=True, file=nowhere)
        try:
            return read_one(source)
        finally:
            faulthandler.cancel_dump_traceback_later()
