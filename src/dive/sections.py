"""The sections of a run file: every key with its type, its range, its default and what it means.

Takes nothing; gives frozen classes. Does not know files, the command line or what a key's value may refer to
(`config.py`).
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from dive.models.budget import Limits
from dive.models.settings import Settings
from dive.nouns import ASKING

Positive = Annotated[int, Meta(ge=1, le=10_000)]
Count = Annotated[int, Meta(ge=0, le=1_000_000)]  # keys hold six digits
Seed = Annotated[int, Meta(ge=0, le=2**53)]
Weight = Annotated[float, Meta(ge=0, le=1_000)]
Share = Annotated[float, Meta(ge=0, le=1)]
Seconds = Annotated[float, Meta(gt=0, le=86_400)]
Name = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
Word = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
MaybeWord = Annotated[str, Meta(pattern=r"^([a-z][a-z0-9_]{0,31})?$")]
Bytes = Annotated[int, Meta(ge=1, le=262_144)]  # what `tools.call` takes of any tool
Effect = Literal["pure", "read", "write"]


EMBEDDED = "embedded"
"""The mind that ships with DIVE and needs no model."""


class Section(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of all sections: immutable, every key with its default."""


class ModeWeights(Section, frozen=True):
    """How often a toolset is drawn around one domain, across a typed bridge, or over everything."""

    domain: Weight = 0.3
    bridge: Weight = 0.5
    uniform: Weight = 0.2


class ToolFilter(Section, frozen=True):
    """Tools by name: `allow` empty means all; `deny` wins."""

    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()


class SourceSection(Section, frozen=True):
    """Tools of the user's own: a Python module, an MCP server by command or by URL, or an OpenAPI file; one of these.

    Every tool counts as `write`, which is never called, until `effect` (of all) or `effects` (by tool) says otherwise.
    `seeds` are values to start from, by parameter or by `tool.parameter`. `says` is the file of wording, by default
    `<name>.says.toml`. Paths count from `folder` and commands run there; it counts from the run file's own folder.
    `url` beside `openapi` is where the service is, if the file's own address does not hold; its operations other than
    GET stay `write` unless `effects` names them. `env` is added to a command's environment, `headers` go with every
    request to a URL. In these, in `command` and in `url`, `${NAME}` stands for the environment variable NAME; its
    value is kept nowhere and hidden in results.
    """

    name: Word
    folder: str = ""
    module: str = ""
    openapi: str = ""
    command: tuple[str, ...] = ()
    env: dict[str, str] = {}
    url: str = ""
    headers: dict[str, str] = {}
    domain: MaybeWord = ""
    prefix: MaybeWord = ""
    effect: Effect = "write"
    effects: dict[str, Effect] = {}
    seeds: dict[str, tuple[str | int | float, ...]] = {}
    says: str = ""
    connect_s: Seconds = 30.0
    list_s: Seconds = 15.0
    call_s: Seconds = 15.0
    max_bytes: Bytes = 262_144
    probes: Positive = 40

    @property
    def local(self) -> bool:
        """Whether its tools can be listed without connecting to anything."""
        return bool(self.module or self.openapi)


class DrawSection(Section, frozen=True):
    """(S, T, X): how many draws, and what each may hold; `steer`: lean toward what finished blocks lack."""

    count: Count = 600
    toolset_min: Positive = 15
    toolset_max: Positive = 50
    modes: ModeWeights = ModeWeights()
    domains: tuple[str, ...] = ()
    tools: ToolFilter = ToolFilter()
    exemplars_min: Positive = 3
    exemplars_max: Positive = 5
    steer: bool = True


class SynthesizeSection(Section, frozen=True):
    """The courtyard: rounds, walk moves per round, members of an `each`, candidates tried per round."""

    rounds: Positive = 3
    steps_per_round: Positive = 6
    max_each: Positive = 10
    candidates: Positive = 24


class MindsSection(Section, frozen=True):
    """Who does what: "embedded", or the alias of a `[models.<alias>]`.

    `read` writes the second program and solves, for the gate `faithful`, what a model derived; empty: nobody does, and
    such tasks are `proved` at best. `steps` calls a round, `repairs` of a derivation, `solvers` that must agree.
    `phrase` rewords the last question of a composed task; after `repairs` refusals the grammar's sentence stays.
    `judge`, `closed_book` and `leave_one_out` are the gates of these names, each off while it is empty. `grade` is
    shown answers that the typed grader can judge; how well the two agree is reported, and nothing hangs on it.
    """

    collect: str = "embedded"
    derive: str = "embedded"
    phrase: str = "embedded"
    read: str = ""
    judge: str = ""
    closed_book: str = ""
    leave_one_out: str = ""
    grade: str = ""
    steps: Positive = 6
    repairs: Annotated[int, Meta(ge=0, le=10)] = 3
    solvers: Annotated[int, Meta(ge=0, le=8)] = 2
    solver_steps: Positive = 12
    judge_least: Annotated[int, Meta(ge=1, le=5)] = 3
    closed_book_samples: Annotated[int, Meta(ge=1, le=64)] = 3
    leave_one_out_tools: Annotated[int, Meta(ge=1, le=16)] = 2
    max_tokens: Positive = 8192

    @property
    def aliases(self) -> tuple[str, ...]:
        """The models that are asked, each once."""
        return _named(*self.calling, self.phrase, self.judge, self.closed_book, self.grade)

    @property
    def calling(self) -> tuple[str, ...]:
        """Those of them that must call tools."""
        return _named(self.collect, self.derive, self.read, self.leave_one_out)

    @property
    def gates(self) -> tuple[str, ...]:
        """The gates that ask a model and are on."""
        return tuple(name for name in ASKING if getattr(self, name))


def _named(*aliases: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(alias for alias in aliases if alias not in ("", EMBEDDED)))


class VerifySection(Section, frozen=True):
    """Which gates judge (empty: all) and how strictly."""

    gates: tuple[str, ...] = ()
    allow_not_checkable: tuple[str, ...] = ()
    guessable_max: Share = 0.25
    tie_margin: Share = 0.005


class FlowSection(Section, frozen=True):
    """Speed only: nothing here changes a task.

    `workers`: processes that prove and call tools. `concurrency`: draws under way at once that models lead; a quarter
    more than the models take at once keeps these busy while some draws wait for a worker.
    """

    workers: Positive = 2
    concurrency: Positive = 80
    deadline_s: Seconds = 20.0


class ReportSection(Section, frozen=True):
    """What is measured on top of the counts."""

    compare_rounds: bool = True


class ExportSection(Section, frozen=True):
    """What trainers are given. `allow_proved`: also tasks of which no reader confirmed that the question asks what the
    program computes.
    """

    allow_proved: bool = False


class SplitSection(Section, frozen=True):
    """What a training run never sees, and which part of the seeds this run may use."""

    held_out_tools: tuple[str, ...] = ()
    held_out_domains: tuple[str, ...] = ()
    held_out_patterns: tuple[str, ...] = ()
    seed_share: Share = 1.0
    part: Literal["train", "eval"] = "train"


class Config(Section, frozen=True):
    """A whole run. `out` is `out/<name>` unless the file says otherwise; `catalog` false: only `[[sources]]`."""

    name: Name
    seed: Seed = 0
    out: str = ""
    catalog: bool = True
    sources: tuple[SourceSection, ...] = ()
    draw: DrawSection = DrawSection()
    synthesize: SynthesizeSection = SynthesizeSection()
    minds: MindsSection = MindsSection()
    models: dict[str, Settings] = {}
    budget: Limits = Limits()
    verify: VerifySection = VerifySection()
    flow: FlowSection = FlowSection()
    report: ReportSection = ReportSection()
    split: SplitSection = SplitSection()
    export: ExportSection = ExportSection()
