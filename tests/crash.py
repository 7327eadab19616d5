"""Kills whole runs of `dive run` and resumes them: the helper of test_crash.py, and by itself the long version.

    python -m tests.crash [KILLS] [DRAWS]      `make crash`: 30 kills of a run of about 400 tasks

Prints when each kill came and how far the run had got; ends with 1 if a ledger differs from the uninterrupted run's.
"""

import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from dive import ledger

DIVE = [sys.executable, "-c", "from dive.cli import main; main()"]


def start(file: Path, out: Path, draws: int, file_bytes: int = 0) -> "subprocess.Popen[str]":
    """`dive run` in a session of its own; with `file_bytes` it can write no file that is longer."""
    command = [*DIVE, "run", str(file), f"out={out}", f"draw.count={draws}"]
    made = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    if file_bytes:
        resource.prlimit(made.pid, resource.RLIMIT_FSIZE, (file_bytes, file_bytes))
    return made


def finish(process: "subprocess.Popen[str]") -> tuple[int, str]:
    """Exit code and standard error of a run that is left alone."""
    with process:
        _, said = process.communicate(timeout=600)
    return process.returncode, said


def journaled(out: Path) -> int:
    """Bytes in the journal."""
    return sum(path.stat().st_size for path in (out / "journal").glob("*.jsonl"))


def kill_later(process: "subprocess.Popen[str]", out: Path, more: int, after_s: float) -> None:
    """Ends a run by SIGKILL: so many seconds after its journal has grown by `more` bytes, or it by itself."""
    size = journaled(out)
    while process.poll() is None and journaled(out) < size + more:
        time.sleep(0.01)
    time.sleep(after_s)
    process.kill()
    finish(process)


def differences(out: Path, whole: Path) -> list[str]:
    """Ledgers that are not byte for byte those of the other run, and keys that are there twice or not at all."""
    one, other = ledger.digest(out), ledger.digest(whole)
    found = [name for name in sorted(one | other) if one.get(name) != other.get(name)]
    for directory in (out, whole):
        keys = [noun.key for noun in ledger.read(directory, "verify")] + [d.key for d in ledger.drops(directory)]
        drawn = [noun.key for noun in ledger.read(directory, "draw")]
        if sorted(keys) != drawn or len(set(drawn)) != len(drawn):
            found.append(f"{directory}: keys lost or twice")
    return found


def leftovers(session: int) -> list[int]:
    """Processes of a session that are still there."""
    found: list[int] = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and os.getsid(int(entry.name)) == session:
                found.append(int(entry.name))
        except ProcessLookupError:
            continue
    return found


def main(kills: int, draws: int) -> int:
    """The long version."""
    rng = random.Random(2)
    with tempfile.TemporaryDirectory() as name:
        file, whole, out = (Path(name) / part for part in ("RUN.toml", "whole", "killed"))
        file.write_text('name = "crash"\nseed = 7\n')
        began = time.monotonic()
        code, said = finish(start(file, whole, draws))
        took = time.monotonic() - began
        tasks = ledger.count(whole, "verify")
        _tell(f"uninterrupted: exit {code}, {tasks} tasks of {draws} draws in {took:.0f} s{said if code else ''}")
        share = journaled(whole) // (2 * kills)
        for number in range(1, kills + 1):
            process = start(file, out, draws)
            # Most while draws are made; some before the first and some near the end, while ledgers are derived.
            early = number % 6 == 0
            kill_later(process, out, 0 if early else rng.randrange(2 * share), rng.random() * (2.5 if early else 0.3))
            _tell(f"kill {number}: {journaled(out):,} bytes in the journal, exit {process.returncode}")
            left = gone(process.pid)
            if left:
                _tell(f"  left over: {left}")
        code, said = finish(start(file, out, draws))
        found = differences(out, whole)
        _tell(f"resumed: exit {code}{said if code else ''}; different: {', '.join(found) or 'nothing'}")
    return int(bool(code or found))


def gone(session: int, patience_s: float = 10.0) -> list[int]:
    """What of a session is left all the same after a while: workers end when their parent is gone."""
    until = time.monotonic() + patience_s
    while (left := leftovers(session)) and time.monotonic() < until:
        time.sleep(0.05)
    return left


def _tell(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)
    given = [int(word) for word in sys.argv[1:]]
    sys.exit(main(*given, *(30, 1300)[len(given) :]))
