"""What is appended is there after any ending; ledgers depend on keys alone; a wrong directory is refused."""

import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dive import ledger
from dive.errors import RunDirError
from dive.ledger import Record, Run
from dive.ledger.files import take_lock
from dive.nouns import Answer, Draw, Drop, Entity, Proof, Task, canonical, sha

PERU = Entity(type="country:iso2", id="PE", name="Peru")
MADE = {"seed": "1", "tools": "a"}


def draw(key: str) -> Draw:
    return Draw(
        key=key, index=int(key[-6:]), seed=PERU, mode="domain", domain="geography", toolset=("a", "b"), exemplars=("x",)
    )


def task(key: str, question: str = "How many?") -> Task:
    answer = Answer(type="number", value=3)
    return Task(
        id=f"{int(key[-6:]):016x}", key=key, question=question, answer=answer, toolset=("a",), evidence=(), controls=(),
        proof=Proof(steps=(), program="3", answer=answer), lineage=(), pattern="count", seed=PERU, exemplar="x",
        mode="domain",
    )  # fmt: skip


def made(number: int) -> Record:
    key = f"7/{number:06d}"
    if number % 3 == 2:
        drop = Drop(key=key, stage="verify", kind="rejected", reason="unique", detail="a tie")
        return ledger.record(key, {"draw": draw(key), "synthesize": task(key)}, drop=drop)
    blob = canonical({"number": number})
    nouns = {"draw": draw(key), "synthesize": task(key), "verify": task(key, "How many, then?")}
    return ledger.record(key, nouns, facts={"n": number}, blobs=[blob])


def opened(path: Path, fingerprint: dict[str, str] | None = None) -> Run:
    return ledger.open_run(path, 'name = "x"\n', fingerprint or MADE)


KEYS = [f"7/{number:06d}" for number in range(6)]


def test_what_is_appended_can_be_recalled_and_read_back(tmp_path: Path) -> None:
    with opened(tmp_path) as run:
        run.append([made(1), made(0)])
        run.append([made(2)])
        run.derive(KEYS)
    assert [noun.key for noun in ledger.tasks(tmp_path)] == ["7/000000", "7/000001"]
    assert list(ledger.tasks(tmp_path, "synthesize")) == [task(key) for key in KEYS[:3]]
    assert list(ledger.read(tmp_path, "draw")) == [draw(key) for key in KEYS[:3]]
    assert [drop.reason for drop in ledger.drops(tmp_path)] == ["unique"]
    assert ledger.blob(tmp_path, f"sha256:{sha({'number': 1})}") == b'{"number":1}'
    with opened(tmp_path) as run:
        assert "7/000002" in run
        done = run.recall("7/000001")
        assert done is not None
        assert msgspec.json.decode(done.facts) == {"n": 1}
        assert run.recall("7/000005") is None


def test_a_ledger_line_has_the_shape_of_the_formats(tmp_path: Path) -> None:
    with opened(tmp_path) as run:
        run.append([made(0)])
        run.derive(KEYS)
    lines = (tmp_path / "3-verify.jsonl").read_bytes()
    fields = msgspec.json.decode(lines)
    assert (fields["v"], fields["key"], fields["id"], fields["noun"]) == (1, "7/000000", "0" * 16, "Task")
    assert lines == canonical(fields) + b"\n"
    drawn = msgspec.json.decode((tmp_path / "1-draw.jsonl").read_bytes())
    assert drawn["id"] == sha(draw("7/000000"))[:16]
    assert (tmp_path / "dropped.jsonl").read_bytes() == b""


@settings(max_examples=15, deadline=None)
@given(order=st.permutations(range(6)), cut=st.integers(0, 6))
def test_ledgers_depend_neither_on_order_nor_on_batches(
    tmp_path_factory: pytest.TempPathFactory, order: list[int], cut: int
) -> None:
    digests = []
    for batches in ([[made(n)] for n in range(6)], [[made(n) for n in order[:cut]], [made(n) for n in order[cut:]]]):
        path = tmp_path_factory.mktemp("run")
        with opened(path) as run:
            for batch in batches:
                run.append(batch)
            run.derive(KEYS)
        digests.append(ledger.digest(path))
    assert digests[0] == digests[1]
    assert list(digests[0]) == ["1-draw.jsonl", "2-synthesize.jsonl", "3-verify.jsonl", "dropped.jsonl"]


def test_the_first_record_of_a_key_wins(tmp_path: Path) -> None:
    first = ledger.record("7/000000", {"verify": task("7/000000", "First?")})
    second = ledger.record("7/000000", {"verify": task("7/000000", "Second?")})
    for _ in range(2):
        with opened(tmp_path) as run:
            run.append([first, second])
            run.append([second])
            run.derive(KEYS)
        assert [noun.question for noun in ledger.tasks(tmp_path)] == ["First?"]


def test_a_late_drop_keeps_the_stages_before_it_and_keys_not_asked_for_stay_out(tmp_path: Path) -> None:
    drop = Drop(key=KEYS[0], stage="verify", kind="rejected", reason="novel", detail="like 7/000001")
    with opened(tmp_path) as run:
        run.append([made(0), made(1), made(3)])
        run.derive(KEYS[:2], {KEYS[0]: drop})
    assert [noun.key for noun in ledger.tasks(tmp_path)] == [KEYS[1]]
    assert [noun.key for noun in ledger.tasks(tmp_path, "synthesize")] == KEYS[:2]
    assert list(ledger.drops(tmp_path)) == [drop]


def test_a_line_torn_at_any_byte_is_cut_and_its_key_done_again(tmp_path: Path) -> None:
    with opened(tmp_path) as run:
        run.append([made(0)])
        run.append([made(1)])
        run.derive(KEYS)
    whole = ledger.digest(tmp_path)
    journal = tmp_path / "journal" / "00000.jsonl"
    data = journal.read_bytes()
    last = data.index(b"\n") + 1
    for end in range(last, len(data)):
        journal.write_bytes(data[:end])
        with opened(tmp_path) as run:
            assert "7/000000" in run
            assert "7/000001" not in run
            assert journal.stat().st_size == last
            run.append([made(1)])
            if end % 97 == 0:
                run.derive(KEYS)
                assert ledger.digest(tmp_path) == whole
    with opened(tmp_path) as run:
        assert "7/000001" in run


def test_damage_before_the_end_is_not_repaired_but_named(tmp_path: Path) -> None:
    with opened(tmp_path) as run:
        run.append([made(0), made(1)])
        run.derive(KEYS)
    journal = tmp_path / "journal" / "00000.jsonl"
    data = journal.read_bytes()
    journal.write_bytes(data.replace(b'"key"', b'"k\0y"', 1))
    with pytest.raises(RunDirError, match=r"00000\.jsonl:1: damaged journal line"):
        opened(tmp_path)
    journal.write_bytes(data[:-9])
    (tmp_path / "journal" / "00001.jsonl").write_bytes(b"")
    with pytest.raises(RunDirError, match="its last line is cut off"):
        opened(tmp_path)
    (tmp_path / "3-verify.jsonl").write_bytes(b'{"noun":"Task"}\n')
    with pytest.raises(RunDirError, match=r"3-verify\.jsonl:1: damaged ledger line"):
        list(ledger.tasks(tmp_path))


def test_the_journal_goes_on_in_a_new_segment_when_one_is_full(tmp_path: Path) -> None:
    opened(tmp_path).__exit__()
    lock = take_lock(tmp_path)
    with Run(tmp_path, lock, segment_bytes=2000) as run:
        for number in range(6):
            run.append([made(number)])
        run.derive(KEYS)
    assert len(list((tmp_path / "journal").iterdir())) > 1
    with opened(tmp_path) as run:
        assert all(key in run for key in KEYS)
        assert run.recall(KEYS[5]) is not None


def test_a_second_writer_is_refused_with_the_pid_of_the_first(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from dive import ledger\n"
        "ledger.open_run(Path(sys.argv[1]), '', {'seed': '1', 'tools': 'a'})\n"
        "print('open', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"open\n"
        with pytest.raises(RunDirError, match=f"is being written by process {other.pid};"):
            opened(tmp_path)
        other.kill()
    opened(tmp_path).__exit__()


def test_a_worker_that_outlives_its_killed_parent_does_not_hold_the_lock(tmp_path: Path) -> None:
    ready, say_ready = os.pipe()
    hold, let_go = os.pipe()
    parent = os.fork()
    if parent == 0:
        opened(tmp_path)
        if os.fork() == 0:
            os.close(let_go)
            os.write(say_ready, b"!")
            os.read(hold, 1)
            os._exit(0)
        signal.pause()
    os.read(ready, 1)
    os.kill(parent, signal.SIGKILL)
    os.waitpid(parent, 0)
    opened(tmp_path).__exit__()
    for end in (ready, say_ready, hold, let_go):
        os.close(end)


def test_a_run_of_another_fingerprint_is_refused_and_the_keys_named(tmp_path: Path) -> None:
    opened(tmp_path).__exit__()
    with pytest.raises(RunDirError, match="was made with another patterns, tools;"):
        opened(tmp_path, {"seed": "1", "tools": "b", "patterns": "c"})
    opened(tmp_path).__exit__()


def test_a_directory_that_is_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("dear")
    with pytest.raises(RunDirError, match=r"holds no manifest\.json"):
        opened(tmp_path)
    with pytest.raises(RunDirError, match="cannot use"):
        opened(tmp_path / "thesis.tex")
    with pytest.raises(RunDirError, match="that got that far"):
        list(ledger.tasks(tmp_path))
    assert sorted(file.name for file in tmp_path.iterdir()) == ["lock", "thesis.tex"]


def test_a_blob_that_is_missing_or_altered_is_refused(tmp_path: Path) -> None:
    with opened(tmp_path) as run:
        run.append([made(0)])
    name = sha({"number": 0})
    (tmp_path / "blobs" / name[:2] / name).write_bytes(b'{"number":9}')
    with pytest.raises(RunDirError, match="not what its name says"):
        ledger.blob(tmp_path, name)
    with opened(tmp_path) as run:
        run.append([made(0)])
    assert ledger.blob(tmp_path, name) == b'{"number":0}'
    with pytest.raises(RunDirError, match="cannot read blob"):
        ledger.blob(tmp_path, "0" * 64)
    with pytest.raises(RunDirError, match="not a SHA-256"):
        ledger.blob(tmp_path, "../../etc/passwd")


def test_after_a_failed_write_nothing_more_is_written_and_opening_repairs(tmp_path: Path) -> None:
    child = os.fork()
    if child == 0:  # a disk that is full in the middle of a line
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        run = opened(tmp_path)
        run.append([made(2)])
        size = (tmp_path / "journal" / "00000.jsonl").stat().st_size
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 100, size + 100))
        refused = 0
        for _ in range(2):
            try:
                run.append([made(5)])
            except RunDirError:
                refused += 1
        os._exit(refused)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 2
    assert not (tmp_path / "journal" / "00000.jsonl").read_bytes().endswith(b"\n")
    with opened(tmp_path) as run:
        assert "7/000002" in run
        assert "7/000005" not in run
