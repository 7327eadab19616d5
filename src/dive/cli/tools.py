"""`dive tools list | show | call | check | import`: the tools that tasks are made from.

Takes names and arguments; gives text or JSON. What `check` found is remembered beside the built tables, by a hash of
the tool, so that `list` can tell.
"""

from collections.abc import Iterable
from pathlib import Path

import click
import msgspec
from msgspec import Struct

from dive import ledger, specimen, toolcheck
from dive.catalog.tables import folder
from dive.cli.importing import import_tools
from dive.cli.printing import OUT, json, meter, plain, say
from dive.cli.registry import tools_for
from dive.errors import ToolError, UserError
from dive.nouns import Json, Tool, short_id
from dive.registry import Loaded, package_version
from dive.show import compact
from dive.toolcheck import Row
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
    registry, seen = tools_for(run), _remembered()
    if as_json:
        json([_listed(loaded.tool, seen) for loaded in registry.tools.values()])
        return
    domain = ""
    for loaded in sorted(registry.tools.values(), key=lambda loaded: (loaded.tool.domain, loaded.name)):
        if loaded.tool.domain != domain:
            domain = loaded.tool.domain
            say(domain)
        row = seen.get(short_id(loaded.tool))
        mark = {"pass": " ", "fail": "!", "never": "?"}[row.verdict if row else "never"]
        never = "   (write: never called)" if loaded.tool.effect == "write" else ""
        plain(f" {mark} {loaded.tool.kind}  {loaded.name:<30} {_takes(loaded)} -> {_gives(loaded)}{never}")
    plain(f"\n{len(registry.tools)} tools; ! failed its last check, ? not checked as it is now (dive tools check)")


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
@click.option("--plan", "only_plan", is_flag=True, help="Print the calls that would be made, and make none.")
@_run
@_json
def check_tools(names: tuple[str, ...], only_plan: bool, run: Path | None, as_json: bool) -> None:
    """Check tools by calling them.

    Every example must run, conform and repeat; bad arguments must end in the right error; every wording must be
    sayable. Without names the audits of all tables run, too. Exit code 1 if anything fails.

    \b
    dive tools check
    dive tools check airport_record --plan
    dive tools check --run RUN.toml
    """
    registry = tools_for(run)
    if only_plan:
        _print_plan(toolcheck.plan(registry, names), as_json)
        return
    rows: list[Row] = []
    total = len(registry.tools) + len(registry.types) + len(registry.audits)
    with meter("check", "") as progress:
        for row in toolcheck.check(registry, names):
            rows.append(row)
            progress(len(rows), 0 if names else total, 0)
    _remember({short_id(registry.tools[row.name].tool): row for row in rows if row.name in registry.tools})
    failed = [row for row in rows if row.verdict == "fail"]
    if as_json:
        json(rows)
    else:
        for row in failed:
            OUT.print("[red]fail[/red] ", end="")
            plain(f"{row.name}: {row.reason}")
        slow = max(rows, key=lambda row: row.ms)
        plain(f"{len(rows) - len(failed)} of {len(rows)} pass; the slowest warm call took {slow.ms:g} ms ({slow.name})")
    if failed:
        click.get_current_context().exit(1)


def _print_plan(calls: Iterable[toolcheck.Planned], as_json: bool) -> None:
    made = list(calls)
    if as_json:
        json(made)
        return
    for call in made:
        text = msgspec.json.encode(call.args).decode()
        plain(f"{call.tool} {text}" + (f"   must fail: {' or '.join(call.expect)}" if call.expect else ""))
    plain(f"{len(made)} calls, each made twice where it must succeed")


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
    row = seen.get(short_id(tool), Row(tool.name, "never"))
    available = tool.package.startswith(("dive", "source:")) or package_version(tool.package) != "builtin"
    return Listed(
        tool.name, tool.domain, tool.kind, tool.effect, tool.source, tool.package, tool.licence, tool.data_licence,
        tool.redistribute, available, row.verdict, row.reason if available else f"{tool.package} is not installed",
    )  # fmt: skip


def _memory() -> Path:
    return folder() / "checked.json"


def _remembered() -> dict[str, Row]:
    """Rows of earlier checks by the hash of the tool; a file that cannot be read counts as none."""
    try:
        return msgspec.json.decode(_memory().read_bytes(), type=dict[str, Row])
    except (OSError, msgspec.DecodeError):
        return {}


def _remember(rows: dict[str, Row]) -> None:
    _memory().parent.mkdir(parents=True, exist_ok=True)
    ledger.write(_memory(), msgspec.json.encode(_remembered() | rows, order="sorted"))
