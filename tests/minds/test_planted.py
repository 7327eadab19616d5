"""Whole runs over tools that give orders and tools that tell keys: nothing of it is done, and nothing of it is kept."""

import inspect
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from dive import ledger
from minds import planted
from minds.planted import CANARY, KEY, PAYLOADS, dive, shapes, spelled

SAVES = 'save_note = "write"'
WRITES = f'{SAVES}, delete_all = "write", send_mail = "write"'
LED = """
[minds]
collect = "mind"
derive = "mind"
read = "mind"
[models.mind]
model = "script"
api = "scripted"
"""
JUDGED = """
[minds]
judge = "judge"
[models.judge]
model = "m"
base_url = "{url}"
key_env = "DIVE_TEST_KEY"
attempts = 1
"""


def test_there_are_so_many() -> None:
    assert len(set(PAYLOADS)) == 100
    assert len(set(shapes(KEY))) == 20
    assert all(any(piece in shape for piece in spelled(KEY)) for shape in shapes(KEY))


def test_a_model_that_obeys_calls_nothing_and_says_nothing(tmp_path: Path) -> None:
    """A hundred payloads in results; what the model is ordered to call is not offered, or writes."""
    planted.tools(tmp_path, planted.ORDERING, payloads=PAYLOADS)
    file, out = tmp_path / "run.toml", tmp_path / "out"
    file.write_text(planted.RUN.format(count=40, minds=LED, writes=WRITES, deny='"hidden"'))
    told = dive("tools", "import", file)
    assert told.returncode == 0, told.stderr
    with (tmp_path / "called").open("w"):  # importing calls what reads, and no draw is offered it
        pass
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        obeyed = pool.submit(planted.led, file, out).result(timeout=120)
    assert obeyed >= 20, "the model did as it was told"
    assert (tmp_path / "called").read_text() == "", "and nobody followed it"
    tasks = list(ledger.tasks(out))
    assert len(tasks) >= 3
    seen = b"".join(path.read_bytes() for path in (out / "journal").glob("*"))
    assert CANARY.encode() in seen, "what was said and given stands in the journal alone, and in what was dropped"
    for path in [*out.glob("[123]-*.jsonl"), *out.glob("*.json"), *out.glob("*.toml")]:
        assert CANARY not in path.read_text(encoding="utf-8"), path
    for words in (["report", out], ["show", out, "--random", "100"], ["prove", out], ["digest", out]):
        done = dive(*words)
        assert done.returncode == 0, done.stderr
        assert CANARY not in done.stdout + done.stderr
    assert dive("export", file, f"out={out}", "export.allow_proved=true").returncode == 0
    exported = [path.read_text(encoding="utf-8") for path in sorted((out / "exports").iterdir())]
    assert len(exported) == 2 and tasks[0].id in exported[0] and CANARY not in "".join(exported)


def test_a_key_is_kept_nowhere(tmp_path: Path) -> None:
    """Told by tools and in their errors, by a provider in its replies and its errors."""
    planted.tools(tmp_path, planted.ECHOING + inspect.getsource(shapes).replace("shapes(", "_shapes(", 1))
    file, out, variables = tmp_path / "run.toml", tmp_path / "out", {"DIVE_TEST_KEY": KEY}
    told = ""
    with planted.echoing() as url:
        file.write_text(planted.RUN.format(count=24, minds=JUDGED.format(url=url), writes=SAVES, deny=""))
        steps = (["tools", "import", file], ["tools", "check", "--run", file], ["run", file, f"out={out}"],
                 ["tools", "call", "whoami", "code=PE", "--run", file], ["tools", "show", "whoami", "--run", file],
                 ["report", out], ["show", out, "--random", "100"], ["prove", out, "--live"],
                 ["export", file, f"out={out}", "export.allow_proved=true"])  # fmt: skip
        for words in steps:
            done = dive(*words, **variables, XDG_CACHE_HOME=str(tmp_path / "cache"))
            told += f"{words[:2]}\n{done.stdout}{done.stderr}"

    assert planted.Echo.asked >= 6
    assert "verified task" in told
    assert not [drop for drop in ledger.drops(out) if drop.reason == "stable"], (
        "what is hidden is hidden in every process"
    )
    assert [line for line in told.splitlines() if any(piece in line for piece in spelled(KEY))] == []
    held = [path for path in tmp_path.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert {"journal", "exports"} <= {path.parent.name for path in held}
    leaks = {str(path.relative_to(tmp_path)) for path in held
             if any(piece in path.read_text(errors="replace") for piece in spelled(KEY))}  # fmt: skip
    assert leaks == set()
