"""report: figures from ledgers and journal."""

import json
from pathlib import Path

import pytest
from msgspec import Raw

import small_run
from dive import ledger, report, summary
from dive.catalog import load
from dive.errors import UserError
from dive.ledger import Record


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("run")
    small_run.write(directory)
    return directory


@pytest.fixture(scope="module")
def told(run: Path) -> report.Report:
    return report.build(run, load())


def test_stages_count_what_came_in_and_went_on(told: report.Report) -> None:
    stages = {name: (stage.into, stage.out, stage.dropped) for name, stage in told.stages.items()}
    assert stages == {"draw": (3, 3, {}), "synthesize": (3, 2, {"exhausted": 1}), "verify": (2, 1, {"leaked": 1})}
    assert told.tasks == 1


def test_gates_count_candidates_in_the_order_in_which_they_run(told: report.Report) -> None:
    assert told.candidates_per_draw == pytest.approx(5 / 3, abs=1e-3)
    assert (told.gates["unique"].into, told.gates["unique"].rejected) == (5, 1)
    assert (told.gates["leaked"].into, told.gates["leaked"].rejected) == (4, 3)
    assert told.gates["novel"].into == 1


def test_rounds_compare_the_same_draws(told: report.Report) -> None:
    assert [told.rounds[k].mean_calls for k in ("1", "2")] == [1, 4]
    assert told.rounds["2"].four_or_more_calls == 1


def test_diversity_is_counted_over_proofs(told: report.Report) -> None:
    assert (told.diversity.tools_covered, told.diversity.unique_sequences) == (2, 1)
    assert told.diversity.answer_types == {"entity": 1}
    assert (told.diversity.most_needed_share, told.diversity.tools_needed_thrice) == (1, 0)
    assert (told.diversity.needed_three_domains_share, told.diversity.distracted_share) == (0, 0)
    assert told.openings.top == "Which of the" and told.patterns.top == "fact>superlative"


def test_what_could_not_be_judged_is_said(told: report.Report) -> None:
    assert told.not_checkable == {"unique": 1}


def test_the_file_has_the_promised_keys(run: Path, told: report.Report) -> None:
    report.save(run, told)
    made = json.loads((run / "report.json").read_bytes())
    assert {"tasks", "stages", "diversity", "speed", "cost"} <= made.keys()
    assert set(made["stages"]["draw"]) == {"in", "out", "dropped"}
    assert set(made["speed"]) == {"tasks_per_s", "cpu_s_per_task", "peak_rss_mb"}
    assert made["diversity"].keys() >= {
        "tools_covered", "tools_needed_effective", "unique_toolsets", "unique_sequences", "unique_graphs",
        "topology_classes", "tools_per_task", "domains_per_task", "patterns", "answer_types", "hops",
    }  # fmt: skip


def test_the_summary_names_reasons_and_rounds(told: report.Report) -> None:
    text = summary.text(told)
    for part in ("1 verified task\n", "exhausted 1", "leaked 1", "3 rejected", "K=2"):
        assert part in text


def test_an_empty_run_has_a_report(tmp_path: Path) -> None:
    with ledger.open_run(tmp_path / "run", 'name = "none"\n', {}) as held:
        held.derive([])
    told = report.build(tmp_path / "run", load())
    assert told.tasks == 0 and told.rounds == {} and "0 verified tasks" in summary.text(told)


def test_no_run_directory_is_the_users_mistake(tmp_path: Path) -> None:
    with pytest.raises(UserError):
        report.build(tmp_path, load())


@pytest.mark.parametrize(
    ("times", "per_s"), [([10.0, 11.0, 12.0], 3 / 5), ([10.0, 11.0, 9999.0], 3 / 7)], ids=["at once", "with a pause"]
)
def test_pauses_between_executions_cost_no_speed(times: list[float], per_s: float) -> None:
    made = [Record(v=1, key=f"7/{n:06d}", facts=Raw(b"null"), at=at, wall_s=1.0) for n, at in enumerate(times)]
    pace = report.Pace(set())
    for record in made:
        pace.add(record)
    assert pace.speed(3, 2).tasks_per_s == pytest.approx(per_s, abs=0.01)
