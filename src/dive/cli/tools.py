"""`dive tools list | show | call | check | import`: the tools that tasks are made from.

Takes names and arguments; gives text or JSON. What `check` found is remembered beside the built tables, by a hash of
the tool, so that `list` can tell.
"""

from collections.abc import Iterable
from pathlib import Path

import click
import msgspec
from msgspec import Struct

from dive import specimen, toolcheck
from dive.cli.importing import import_tools
from dive.cli.printing import OUT, json, meter, plain, say
from dive.cli.registry import tools_for
from dive.errors import ToolError, UserError
from dive.nouns import Json, Tool
from dive.registry import Loaded, Registry, install
from dive.show import compact
from dive.toolcheck import Row, remember, remembered, tool_mark
from dive.tools import Toolbox, bind

_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_run = click.option("--run", metavar="RUN.toml", type=click.Path(path_type=Path), help="The tools of a run file.")
TRUE, FALSE = ("true", "yes", "1"), ("false", "no", "0")


class Listed(Struct, frozen=True):
    """One row of `dive tools list --json`."""

    name: str
    domain: str
    kind: str
    effect: str
    source: str
    package: str
    licence: str
    data_licence: str
    redistribute: str
    available: bool
    checked: str
    reason: str


@click.group(context_settings={"max_content_width": 100})
def tools() -> None:
    """List, describe, call and check the tools; import your own."""


tools.add_command(import_tools)


@tools.command("list")
@_run
@_json
def list_tools(run: Path | None, as_json: bool) -> None:
    """All tools by domain.

    R looks facts up, P computes from its arguments; then what a tool takes -> gives.

    \b
    dive tools list
    dive tools list --json | jq -r '.[] | select(.checked == "fail") | .name'
    """
    registry, seen = tools_for(run), remembered()
    if as_json:
        json([_listed(loaded.tool, seen) for loaded in registry.tools.values()])
        return
    domain = ""
    for loaded in sorted(registry.tools.values(), key=lambda loaded: (loaded.tool.domain, loaded.name)):
        if loaded.tool.domain != domain:
            domain = loaded.tool.domain
            say(domain)
        row, missing = seen.get(tool_mark(loaded.tool)), install(loaded.tool.package)
        mark = "-" if missing else {"pass": " ", "fail": "!", "never": "?"}[row.verdict if row else "never"]
        note = missing or ("write: never called" if loaded.tool.effect == "write" else "")
        told = f"   ({note})" if note else ""
        plain(f" {mark} {loaded.tool.kind}  {loaded.name:<30} {_takes(loaded)} -> {_gives(loaded)}{told}")
    plain(f"\n{len(registry.tools)} tools; ! failed its last check, ? not checked as it is now (dive tools check), "
          "- needs a package that is not installed")  # fmt: skip


@tools.command("show")
@click.argument("name")
@_run
def show_tool(name: str, run: Path | None) -> None:
    """Describe a tool, with results and wordings.

    \b
    dive tools show airport_record
    """
    registry = tools_for(run)
    loaded, box = registry.tool(name), Toolbox(registry)
    given = loaded.tool.examples if loaded.tool.effect != "write" else ()
    examples = [(bind(loaded, args), box.call(name, args)) for args in given]
    say(specimen.tool_text(registry, loaded, examples))


@tools.command("call")
@click.argument("name")
@click.argument("arguments", metavar="[NAME=VALUE]...", nargs=-1)
@_run
def call_tool(name: str, arguments: tuple[str, ...], run: Path | None) -> None:
    """Call a tool; print its result.

    \b
    dive tools call airport_record airport=LIM
    """
    registry = tools_for(run)
    args = _arguments(registry.tool(name), arguments)
    try:
        json(Toolbox(registry).call(name, args))
    except ToolError as error:
        if error.kind in ("arguments", "not_found"):
            raise UserError(str(error)) from error
        raise


@tools.command("check")
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option("--plan", "only_plan", is_flag=True, help="Print the calls that would be made.")
@click.option("--links", "show_links", is_flag=True, help="Print whose output feeds whose input.")
@click.option("--workers", type=click.IntRange(1), default=2, help="Processes that call tools.")
@click.option("--deadline", metavar="S", type=click.FloatRange(0, min_open=True), default=20.0, help="For one call.")
@_run
@_json
def check_tools(names: tuple[str, ...], only_plan: bool, show_links: bool, workers: int, deadline: float,
                run: Path | None, as_json: bool) -> None:  # fmt: skip
    """Check tools by calling them.

    Every example must run, conform, and give the same again: at once, later, beside other calls, with its defaults
    stated. Bad arguments must end in the right error, results must hold what their types say, values that other tools
    give must be taken, every wording must be sayable. Without names the audits of all tables run, too. A run draws
    only tools that passed. Exit code 1 if anything fails.

    --plan makes no call but those of the examples, whose results are put into other tools.

    \b
    dive tools check
    dive tools check airport_record --plan
    dive tools check --run RUN.toml --links
    """
    registry = tools_for(run)
    if only_plan:
        _print_plan([*toolcheck.plan(registry, names), *toolcheck.link_plan(registry, names)], as_json)
        return
    with meter("check", "pass") as progress:
        rows = toolcheck.check(registry, names, workers=workers, deadline_s=deadline, progress=progress)
    remember({tool_mark(registry.tools[row.name].tool): row for row in rows if row.name in registry.tools})
    if as_json:
        json(rows)
    else:
        _print_rows(rows, registry, show_links)
    if any(row.verdict == "fail" for row in rows):
        click.get_current_context().exit(1)


def _print_rows(rows: list[Row], registry: Registry, show_links: bool) -> None:
    made = {row.name: row for row in rows if row.name in registry.tools}
    for row in rows:
        if row.verdict == "fail":
            OUT.print("[red]fail[/red] ", end="")
            plain(f"{row.name}: {row.reason}")
    links = [link for row in rows for link in row.links]
    if show_links:
        for link in links:
            why = f"   {link.why}" if not link.worked else ""
            plain(f"{link.tool}.{link.field} -> {link.to}.{link.param}   {link.worked} of {link.tried}{why}")
    carry = sum(link.worked > 0 for link in links)
    plain(f"{sum(row.verdict == 'pass' for row in rows)} of {len(rows)} pass; {carry} of {len(links)} links carry")
    lone = toolcheck.alone(registry, made) if len(made) == len(registry.tools) else []
    if lone:
        plain(f"joined to no other tool: {', '.join(lone)}")
    if made:
        slow, first = max(made.values(), key=lambda r: r.ms), max(made.values(), key=lambda r: r.first_ms)
        plain(f"slowest warm call {slow.ms:g} ms ({slow.name}), first call {first.first_ms:g} ms ({first.name})")


def _print_plan(calls: Iterable[toolcheck.Planned], as_json: bool) -> None:
    made = list(calls)
    if as_json:
        json(made)
        return
    for call in made:
        text = msgspec.json.encode(call.args).decode()
        plain(f"{call.tool} {text}" + (f"   must fail: {' or '.join(call.expect)}" if call.expect else ""))
    plain(f"{len(made)} calls; those of examples are made five times over, to see whether they repeat")


def _arguments(loaded: Loaded, words: Iterable[str]) -> dict[str, Json]:
    kinds = {param.name: param.kind for param in loaded.params}
    args: dict[str, Json] = {}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals:
            raise UserError(f"{word!r} is not name=value; {loaded.name} takes {', '.join(kinds)}")
        args[name] = _value(name, kinds.get(name, "string"), text)
    return args


def _value(name: str, kind: str, text: str) -> Json:
    try:
        if kind == "boolean":
            return {**dict.fromkeys(TRUE, True), **dict.fromkeys(FALSE, False)}[text.lower()]
        return {"integer": int, "number": float, "string": str}.get(kind, msgspec.json.decode)(text)  # type: ignore
    except (ValueError, KeyError):
        article = "an" if kind == "integer" else "a"
        raise UserError(f"{name} must be {article} {kind}, not {text!r}") from None


def _takes(loaded: Loaded) -> str:
    return ", ".join(param.type or param.name for param in loaded.params)


def _gives(loaded: Loaded) -> str:
    given = dict.fromkeys(field.type or path for path, field in loaded.fields.items() if "." not in path)
    return compact(list(given), 50)


def _listed(tool: Tool, seen: dict[str, Row]) -> Listed:
    row = seen.get(tool_mark(tool), Row(tool.name, "never"))
    missing = install(tool.package)
    return Listed(
        tool.name, tool.domain, tool.kind, tool.effect, tool.source, tool.package, tool.licence, tool.data_licence,
        tool.redistribute, not missing, row.verdict,
        f"{tool.package} is not installed: {missing}" if missing else row.reason,
    )  # fmt: skip
