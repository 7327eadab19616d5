"""`dive init`: writes a run file that explains itself.

Takes a path and sources; gives a file with every key that one is likely to change, at its default. Connects to
nothing.
"""

import json
import re
import shlex
from pathlib import Path

import click

from dive.cli.printing import say
from dive.config import load
from dive.errors import UserError

HEAD = """\
# {title}
#     dive run {file}                       run it again and it goes on where it stopped
#     dive run {file} draw.count=2000       any key can be set on the command line
# What is left out takes its default; {out}/config.toml, written by the run, holds every value.

name = "{name}"
out = "{out}"
seed = 0                  # same seed, same tools: the same tasks, byte for byte
catalog = {catalog}            # the tools that ship with DIVE; false: only the [[sources]]{below}

[draw]
count = 600               # draws, not tasks: some give none; may grow later
toolset_min = 15          # a task sees this many tools,
toolset_max = 50          # up to this many; the most of them are distractors
domains = []              # empty: all; e.g. ["geography", "finance"]
steer = true              # lean toward tools, pairs, patterns, topologies and domains that are rare so far

[draw.modes]              # how toolsets are drawn; weights
domain = 0.3              # around one domain
bridge = 0.5              # two or three domains that a typed link joins
uniform = 0.2             # anything goes

[draw.tools]
allow = []                # empty: all that pass `dive tools check`
deny = []                 # never these

[synthesize]
rounds = 3                # each round's question holds the calls of the one before, and asks more
steps_per_round = 6       # moves of the exploring walk
candidates = 24           # questions tried per round

# [models.small]          # with a model: any server that speaks the chat-completions API
# model = "some-model"
# base_url = "http://127.0.0.1:8000/v1"
# key_env = "MY_KEY"      # the variable that holds its key, if it needs one

[minds]                   # which model does what; "embedded" and "": none
phrase = "embedded"       # e.g. "small": rewords the last question; what loses or adds a fact stays as it was
read = ""                 # reads what was reworded; while it is empty, such tasks are proved, not verified
judge = ""                # gate: clear and natural, from 1 to 5 ...
judge_least = 3           # ... at least this
closed_book = ""          # gate: a model without tools must not know the answer ...
closed_book_samples = 3   # ... in so many samples
leave_one_out = ""        # gate: a solver that lacks a needed tool must not find the answer ...
leave_one_out_tools = 2   # ... for so many tools, one at a time
grade = ""                # grades answers beside the typed grader; the report says how far the two agree

[verify]
guessable_max = 0.25      # a task whose answer a blind guess hits more often is dropped
tie_margin = 0.005        # measured values closer than this are a tie

[split]
held_out_tools = []       # never drawn for training ...
held_out_domains = []     # ... nor these,
held_out_patterns = []    # ... nor questions made this way
seed_share = 1.0          # this share of the seeds is for training, the rest for "eval"
part = "train"            # or "eval"

[export]                  # what `dive export` gives to trainers
allow_proved = false      # true: also tasks whose wording no reader has confirmed (status "proved")

[flow]                    # changes the speed, never a task
workers = 2               # processes
deadline_s = 20.0         # a tool call may take this long
"""

SOURCE = """
[[sources]]               # dive tools import {file} --list     shows what there is; calls nothing
name = "{name}"
{how}
effect = "write"          # what all its tools do; a write tool is never called, so say "read" where that is true ...
effects = {{}}              # ... or of single ones: effects = {{ get_person = "read" }}
seeds = {{}}                # values to start from, by parameter: seeds = {{ country_code = ["PE", "FR", "JP"] }}
"""

_file = click.argument("file", metavar="[RUN.toml]", default="run.toml", type=click.Path(path_type=Path))


@click.command()
@_file
@click.option("--module", "modules", multiple=True, help="A Python module of yours: a path, or a name to import.")
@click.option("--openapi", "files", multiple=True, help="An OpenAPI 3 file of a service: JSON or YAML.")
@click.option("--mcp", "servers", metavar="CMD|URL", multiple=True, help="An MCP server: its command, or its URL.")
def init(file: Path, modules: tuple[str, ...], files: tuple[str, ...], servers: tuple[str, ...]) -> None:
    """Write a run file that explains itself.

    \b
    dive init
    dive init shop.toml --module shop.py
    dive init notes.toml --mcp "npx -y @modelcontextprotocol/server-memory"
    dive init web.toml --mcp http://127.0.0.1:8000/mcp
    dive init rest.toml --openapi api.json
    """
    if file.exists():
        raise UserError(f"{file} exists already; give another name")
    text = run_file(file, modules, servers, files)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    load(file)
    say(f"Wrote     {file}")
    if modules or servers or files:
        say(f"Look      dive tools import {file} --list     what your sources offer; nothing is called")
        say(f"Then      say in {file} which tools only read, and: dive tools import {file}")
        say(f"          dive tools check --run {file}")
    say(f"Run       dive run {file}")


def run_file(file: Path, modules: tuple[str, ...] = (), servers: tuple[str, ...] = (),
             files: tuple[str, ...] = ()) -> str:  # fmt: skip
    """The text of a run file at `file` with these sources."""
    name = _name(file.stem)
    parts = [_source(file, module, f"module = {json.dumps(module)}") for module in modules]
    parts += [_source(file, api, f"openapi = {json.dumps(api)}") for api in files]
    for server in servers:
        address = server.startswith(("http://", "https://"))
        how = f"url = {json.dumps(server)}" if address else f"command = {json.dumps(shlex.split(server))}"
        parts.append(_source(file, server, how))
    head = HEAD.format(title=f"A run called {name}.", file=file, name=name, out=f"out/{name}",
                       catalog="false" if parts else "true ", below=" below" if parts else "")  # fmt: skip
    return head + "".join(parts)


def _source(file: Path, given: str, how: str) -> str:
    return SOURCE.format(file=file, name=_word(given), how=how)


def _name(stem: str) -> str:
    """A legal name of a run."""
    return re.sub(r"[^A-Za-z0-9._-]+", "_", stem).lstrip("._-") or "run"


def _word(given: str) -> str:
    """A legal name of a source: the last telling word of a path, a command or an address."""
    words = [word for word in shlex.split(given) if not word.startswith("-")]
    last = words[-1] if words else given
    address = re.match(r"https?://([^/:]+)", last)
    bare = address[1] if address else re.sub(r"\.(py|json|ya?ml)$", "", last).rpartition("/")[2].rpartition(".")[2]
    made = re.sub(r"[^a-z0-9]+", "_", bare.lower()).strip("_")[:32]
    return made if re.fullmatch(_WORD, made) else f"s_{made}"[:32]


_WORD = r"[a-z][a-z0-9_]{0,31}"
