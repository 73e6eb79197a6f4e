"""Programs that read what others wrote: started with limits, where the system can without a network, ended whole."""

import contextlib
import os
import shutil
import signal
import subprocess
from functools import cache

# A program that outlives this process ends by its time on the processor. -f counts 512 bytes, -v 1,024.
_LIMITS = 'ulimit -f {blocks} && ulimit -t {seconds} && ulimit -c 0 && {{ ulimit -v {memory} || true; }} && exec "$@"'

# Seconds until a program that was killed is gone.
_GRACE = 10


def limit_command(command: list[str], *, seconds: int, memory: int, output: int = 0) -> list[str]:
    """The command with limits in seconds of the processor, bytes of memory and bytes of each file that it writes.

    Without a POSIX shell there are none but those of who waits for it.
    """
    shell = shutil.which("sh")
    if shell is None or os.name != "posix":
        return command
    limits = _LIMITS.format(blocks=output // 512, seconds=seconds, memory=memory // 1024)
    return [*_without_network(), shell, "-c", limits, "sh", *command]


@cache
def _without_network() -> tuple[str, ...]:
    """What starts a program without a network; empty where the system does not let us."""
    tool = shutil.which("unshare")
    if tool is None:
        return ()
    command = (tool, "--map-root-user", "--net", "--")
    try:
        done = subprocess.run([*command, "true"], capture_output=True, timeout=5, check=False)
    except (OSError, subprocess.SubprocessError):
        return ()
    return command if done.returncode == 0 else ()


def end_group(process: "subprocess.Popen[bytes]") -> None:
    """End a process that was started in a session of its own, with all that it started."""
    try:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    except (ProcessLookupError, PermissionError):
        pass
    # One that is stuck in the system ends when the system lets it; nobody waits for that.
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_GRACE)
