"""A report as text: what a person wants to know of a run, in some thirty lines.

Takes a `Report`; gives text. Counts nothing.
"""

from collections.abc import Mapping

from dive.minds.figures import summary
from dive.report import Report


def text(report: Report) -> str:
    """A summary for people."""
    lines = [f"{report.tasks:,} verified task{'s' if report.tasks != 1 else ''}"]
    lines += [*_stage_lines(report), "", *_gate_lines(report), *(_diversity_lines(report) if report.tasks else ())]
    if report.rounds:
        lines += ["", "Rounds, on the same draws"]
    for k, r in report.rounds.items():
        many = f"{r.four_or_more_calls:.0%} with four or more"
        lines.append(f"  K={k}  {r.mean_calls:.1f} calls on average, {many}; {r.topology_classes} topologies")
    s = report.speed
    lines += ["", f"Speed     {s.tasks_per_s:g} tasks/s, {s.cpu_s_per_task:g} CPU s per task, {s.peak_rss_mb:,.0f} MB"]
    if report.cost["model_calls"]:
        c = report.cost
        dollars = f"{c['usd']:,.2f} US dollars"
        dollars += f"; {c['unpriced_calls']:,} calls have no price" if c["unpriced_calls"] else ""
        lines.append(f"Models    {c['model_calls']:,} calls, {c['tokens']:,} tokens, {dollars}")
    if report.proved:
        lines.append(f"          {report.proved:,} of the tasks are proved, not verified: a reader or judge is missing")
    return "\n".join([*lines, *summary(report.phrased, report.grading)])


def _diversity_lines(report: Report) -> list[str]:
    d, skeletons, openings = report.diversity, report.skeletons, report.openings
    return [
        "Diversity",
        f"  {d.tools_covered} tools ({d.tools_needed_effective:.1f} effective), {d.unique_toolsets:,} toolsets",
        f"  {d.tools_needed_thrice} needed by three tasks or more; {d.most_needed} by {d.most_needed_share:.1%}",
        f"  {d.tools_per_task:.1f} tools and {d.domains_per_task:.1f} domains per task",
        f"  three domains needed by {d.needed_three_domains_share:.0%}, offered to {d.offered_three_domains_share:.0%}",
        f"  three distractors that take a needed type: in {d.distracted_share:.0%} of the toolsets",
        f"  {d.unique_sequences:,} call sequences, {d.unique_graphs:,} call graphs, {d.topology_classes} topologies",
        f"  {skeletons.distinct:,} question skeletons, the most frequent {skeletons.top_share:.1%}",
        f"  {openings.distinct:,} openings, the most frequent {openings.top_share:.1%} ({openings.top!r})",
        f"  answers: {_counted(d.answer_types)}; depth: {_counted(d.hops)}",
    ]


def _stage_lines(report: Report) -> list[str]:
    return [
        f"  {name:<11}{stage.into:>7,} in{stage.out:>8,} out   {_counted(stage.dropped)}".rstrip()
        for name, stage in report.stages.items()
    ]


def _gate_lines(report: Report) -> list[str]:
    active = {name: gate for name, gate in report.gates.items() if gate.rejected}
    if not active:
        return []
    shown = [f"  {name:<11}{gate.into:>7,} in{gate.rejected:>8,} rejected" for name, gate in active.items()]
    return [f"Gates, {report.candidates_per_draw:g} candidates per draw", *shown, ""]


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items())
