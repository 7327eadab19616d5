"""Whatever ends a run, the same command goes on with it, and its ledgers are those of a run that nothing ended.

Real `dive run`s over the example's tools, which start quickly; `make crash` does the same to the catalog's, 30 times.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import crash
from dive import ledger

DRAWS = 60
SRC = Path(__file__).parents[2] / "src/dive"


@pytest.fixture(scope="module")
def whole(atlas: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that nothing ended."""
    out = tmp_path_factory.mktemp("whole") / "out"
    assert crash.finish(crash.start(atlas / "run.toml", out, DRAWS))[0] == 0
    assert ledger.count(out, "verify") > DRAWS // 4
    return out


def test_killed_again_and_again(atlas: Path, whole: Path, tmp_path: Path) -> None:
    for number, share in enumerate((0, 0.5)):
        process = crash.start(atlas / "run.toml", tmp_path / "out", DRAWS)
        crash.kill_later(process, tmp_path / "out", int(share * crash.journaled(whole)), 0.05 * number)
        assert crash.gone(process.pid) == []
    assert crash.finish(crash.start(atlas / "run.toml", tmp_path / "out", DRAWS))[0] == 0
    assert crash.differences(tmp_path / "out", whole) == []


def test_last_lines_torn(atlas: Path, whole: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(whole, out)
    journal = out / "journal" / "00000.jsonl"
    data = journal.read_bytes()
    journal.write_bytes(data[: len(data) - 700])
    for name in ("1-draw.jsonl", "3-verify.jsonl", "dropped.jsonl"):
        (out / name).write_bytes((out / name).read_bytes()[:-9])
        (out / f"{name}.tmp").write_bytes(b'{"v":1,"ke')
    assert crash.finish(crash.start(atlas / "run.toml", out, DRAWS))[0] == 0
    assert crash.differences(out, whole) == []
    assert not list(out.glob("*.tmp"))


def test_ctrl_c_ends_cleanly_and_says_how_to_go_on(atlas: Path, whole: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    process = crash.start(atlas / "run.toml", out, DRAWS)
    while process.poll() is None and not crash.journaled(out):
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)
    code, said = crash.finish(process)
    assert code == 130
    assert f"kept in {out}; go on with: dive run {atlas / 'run.toml'} out={out} draw.count={DRAWS}" in said
    assert "Traceback" not in said
    assert crash.gone(process.pid) == []
    assert 0 < sum(1 for _ in ledger.journal(out)) < DRAWS
    assert ledger.count(out, "draw") == sum(1 for _ in ledger.journal(out))
    assert crash.finish(crash.start(atlas / "run.toml", out, DRAWS))[0] == 0
    assert crash.differences(out, whole) == []


def test_a_second_writer_is_told_who_the_first_is(atlas: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = crash.start(atlas / "run.toml", out, 100 * DRAWS)
    while first.poll() is None and not crash.journaled(out):
        time.sleep(0.01)
    code, said = crash.finish(crash.start(atlas / "run.toml", out, 100 * DRAWS))
    first.kill()
    crash.finish(first)
    assert code == 2
    assert f"is being written by process {first.pid}" in said


def test_no_room_for_a_longer_file(atlas: Path, whole: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    code, said = crash.finish(crash.start(atlas / "run.toml", out, DRAWS, file_bytes=crash.journaled(whole) // 3))
    assert code == 2
    assert f"cannot write {out}: File too large; what is done is kept" in said
    assert crash.finish(crash.start(atlas / "run.toml", out, DRAWS))[0] == 0
    assert crash.differences(out, whole) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 256 KB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=256k", "dive", str(disk)]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    if made.returncode:
        pytest.skip(f"no file system can be mounted here: {made.stderr.strip()}")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk(atlas: Path, whole: Path, small_disk: Path) -> None:
    out = small_disk / "out"
    code, said = crash.finish(crash.start(atlas / "run.toml", out, DRAWS))
    assert code == 2
    assert f"cannot write {out}: No space left on device; what is done is kept" in said
    assert "make room" in said
    subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
    assert crash.finish(crash.start(atlas / "run.toml", out, DRAWS))[0] == 0
    assert crash.differences(out, whole) == []


def test_a_clock_that_jumps_changes_no_ledger(atlas: Path, whole: Path, tmp_path: Path) -> None:
    out, rng = tmp_path / "out", random.Random(1)
    shutil.copytree(whole, out)
    journal = out / "journal" / "00000.jsonl"
    lines = [json.loads(line) for line in journal.read_bytes().splitlines()]
    for line in lines:
        line["at"] = rng.choice([0.0, line["at"], -1e9, 4e9])
    kept = lines[: len(lines) // 2]
    journal.write_bytes(b"".join(json.dumps(line).encode() + b"\n" for line in kept))
    assert crash.finish(crash.start(atlas / "run.toml", out, DRAWS))[0] == 0
    assert {d.key: d for d in ledger.drops(out)} == {d.key: d for d in ledger.drops(whole)}
    assert [t.id for t in ledger.tasks(out)] == [t.id for t in ledger.tasks(whole)]


def test_the_wall_clock_is_read_in_one_place() -> None:
    readers = ("time.time(", ".now(", ".utcnow(", ".today(", "time_ns(", "gmtime(", "localtime(", "ctime(")
    found = {
        str(path.relative_to(SRC))
        for path in SRC.rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if any(reader in line for reader in readers)
    }
    assert found == {"ledger/run.py", "models/faults.py"}  # when a batch arrived; how long a date in Retry-After is off


def test_a_directory_that_was_moved_goes_on_where_it_is(atlas: Path, whole: Path, tmp_path: Path) -> None:
    before, after = tmp_path / "before", tmp_path / "elsewhere" / "after"
    assert crash.finish(crash.start(atlas / "run.toml", before, DRAWS // 2))[0] == 0
    after.parent.mkdir()
    before.rename(after)
    command = [*crash.DIVE, "run", str(after / "config.toml"), f"draw.count={DRAWS}"]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    assert not before.exists()
    assert crash.differences(after, whole) == []
    told = subprocess.run([*crash.DIVE, "prove", str(after), "--live", "--json"], capture_output=True, check=True)
    assert json.loads(told.stdout)["passed"] == ledger.count(whole, "verify")
