"""The nouns: frozen, typed, one JSON line each. The JSON Schemas in `schemas/` are made from these classes.

Takes nothing but msgspec; gives the shapes that files and scripts rely on, and canonical JSON.
Does not know tools' code, files, expressions' meaning or any stage.
"""

import hashlib
from typing import Any, Literal

import msgspec
from msgspec import UNSET, Struct, UnsetType, field

from dive.tree import Node

Json = Any  # a JSON value; checked against the tool's schema by `call()`, never by hand

DOMAINS = (
    "academia", "biology", "chemistry", "finance", "general", "geography",
    "language", "law", "medicine", "physics", "software",
)  # fmt: skip
GATES = (
    "shaped", "executes", "entailed", "faithful", "solvable", "sensitive", "unique",
    "leaked", "guessable", "shortcut", "sensible", "stable", "controls", "novel",
)  # fmt: skip
"""Gates in the order in which they run; name = drop reason = Verdict.by."""
ASKING = ("judge", "closed_book", "leave_one_out")
"""Gates that ask a model, after all others; each is off until `[minds]` names a model for it."""


class Noun(Struct, frozen=True, forbid_unknown_fields=True):
    """Base of all nouns: immutable, unknown JSON keys refused."""


class Tool(Noun, frozen=True, kw_only=True):
    """One tool as data: what a model sees of it, and what a reader may be told of its results.

    `input` and `output` are JSON Schemas whose leaves carry `x-type`, the semantic type. `says` maps an
    output field to its line of wording (see `says.py`). `examples` are argument objects.
    """

    name: str
    description: str
    domain: str
    kind: Literal["R", "P"]
    effect: Literal["pure", "read", "write"]
    input: dict[str, Json]
    output: dict[str, Json]
    says: dict[str, str]
    examples: tuple[dict[str, Json], ...]
    source: Literal["python", "http", "mcp", "openapi"]
    package: str
    licence: str
    data_licence: str
    attribution: str
    redistribute: Literal["yes", "no", "unknown"]
    hash: str


class Entity(Noun, frozen=True, kw_only=True):
    """A thing that a task can start from or name: `type` is `entity:scheme`, `id` its canonical value."""

    type: str
    id: str
    name: str
    aliases: tuple[str, ...] = ()
    seed: bool = True


class Exemplar(Noun, frozen=True, kw_only=True):
    """A query without answer or tools; it lends structure: the patterns of rounds 1..K, in order."""

    id: str
    text: str
    moves: tuple[str, ...]


class Draw(Noun, frozen=True, kw_only=True):
    """One configuration (S, T, X) of the paper: seed entity, toolset, exemplars. Key is `<seed>/<index:06d>`."""

    key: str
    index: int
    seed: Entity
    mode: Literal["domain", "bridge", "uniform"]
    domain: str
    toolset: tuple[str, ...]
    exemplars: tuple[str, ...]


class Arg(Noun, frozen=True, kw_only=True, omit_defaults=True):
    """Where an argument's value comes from: the question's text, a schema default, or earlier steps.

    Exactly one of `text`, `default`, `expr` is set. `is_` is the value that `text` stands for, if spelled otherwise.
    """

    text: str | UnsetType = UNSET
    is_: Json | UnsetType = field(default=UNSET, name="is")
    default: Json | UnsetType = UNSET
    expr: str | UnsetType = field(default=UNSET, name="=")


class Step(Noun, frozen=True, kw_only=True, omit_defaults=True):
    """A call, a named value (`let`), or one call for each member of a list (`each`; `item` is the member).

    The value of a call step is its result; of an `each` step the list of results in the order of its members.
    """

    id: str
    call: str | UnsetType = UNSET
    let: str | UnsetType = UNSET
    each: str | UnsetType = UNSET
    args: dict[str, Arg] = {}
    max: int | UnsetType = UNSET
    says: str = ""


class Call(Noun, frozen=True, kw_only=True):
    """An executed call: evidence. `result` is `sha256:<hex>` of the result's canonical JSON."""

    id: str
    tool: str
    tool_hash: str
    args: dict[str, Json]
    result: str
    round: int


class Answer(Noun, frozen=True, kw_only=True, omit_defaults=True):
    """A typed answer. For set, list and record `value` holds Answers (record: by part name).

    `unit` is a noun in the plural, `decimals` the digits asked for, `tolerance` absolute
    (default: half of the last digit asked for), `aliases` other spellings of an entity.
    """

    type: Literal["number", "string", "entity", "date", "set", "list", "record", "bool"]
    value: "str | int | float | bool | list[Answer] | dict[str, Answer]"
    unit: str = ""
    decimals: int | None = None
    tolerance: float | None = None
    aliases: tuple[str, ...] = ()


class Proof(Noun, frozen=True, kw_only=True):
    """Ordered steps, presuppositions that must be true, and the answer program: one expression over step ids."""

    steps: tuple[Step, ...]
    assume: tuple[str, ...] = ()
    program: str
    answer: Answer
    data: dict[str, str] = {}


class Verdict(Noun, frozen=True, kw_only=True):
    """One judgement. `passed` None means `not_checkable`: never a pass."""

    by: str
    passed: bool | None
    reason: str = ""
    score: float | None = None


class Round(Noun, frozen=True, kw_only=True):
    """(Q_k, A_k) with its own proof and, for composed questions, the expression tree it was spoken from."""

    k: int
    question: str
    answer: Answer
    proof: Proof
    pattern: str
    controls: tuple[Answer, ...] = ()
    tree: Node | None = None
    verdicts: tuple[Verdict, ...] = ()


class Task(Noun, frozen=True, kw_only=True):
    """The product: a question, its typed answer, its proof, its evidence and its history.

    `lineage` holds rounds 1..K-1; the task itself is round K. `pattern` joins the moves of its rounds. `spoken` is what
    the grammar said, where a model reworded it.
    """

    id: str
    key: str
    question: str
    answer: Answer
    toolset: tuple[str, ...]
    proof: Proof
    evidence: tuple[Call, ...]
    controls: tuple[Answer, ...]
    lineage: tuple[Round, ...]
    pattern: str
    seed: Entity
    exemplar: str
    mode: str
    tree: Node | None = None
    spoken: str | UnsetType = UNSET
    verdicts: tuple[Verdict, ...] = ()
    status: Literal["verified", "proved", "draft"] = "draft"


class ToolCall(Noun, frozen=True, kw_only=True):
    """A call that a model asks for. `args` is the text as it came where that is no JSON object."""

    id: str
    name: str
    args: dict[str, Json] | str


class Kept(Noun, frozen=True, kw_only=True):
    """Parts of an assistant's message in the words of its API: signed reasoning, goes back as it came.

    Only the model that gave it understands it. `fields` replace the fields of the same name in the message sent.
    """

    model: str
    fields: dict[str, Json]


class Message(Noun, frozen=True, kw_only=True, omit_defaults=True):
    """One message of a conversation, the same for every API.

    `reasoning` is what the model let see of its thinking. A tool's message answers the call `tool_call_id`;
    `failed` says that its content is an error.
    """

    role: Literal["system", "user", "assistant", "tool"]
    content: str = ""
    reasoning: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str = ""
    failed: bool = False
    kept: Kept | None = None


class Usage(Noun, frozen=True, kw_only=True, omit_defaults=True):
    """Tokens. `cached` (read from the provider's cache) and `written` (to it) are parts of `input`, `reasoning` is
    part of `output`. `estimated`: the provider gave no count.
    """

    input: int = 0
    cached: int = 0
    written: int = 0
    output: int = 0
    reasoning: int = 0
    estimated: bool = False

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            input=self.input + other.input,
            cached=self.cached + other.cached,
            written=self.written + other.written,
            output=self.output + other.output,
            reasoning=self.reasoning + other.reasoning,
            estimated=self.estimated or other.estimated,
        )


class Trace(Noun, frozen=True, kw_only=True):
    """A whole conversation with a model: which tools it saw, what was said, why it ended, what it took."""

    model: str
    toolset: tuple[str, ...]
    messages: tuple[Message, ...]
    stop: str
    usage: Usage


class Drop(Noun, frozen=True, kw_only=True):
    """Why a key gave no task: `rejected` by a gate, or `failed` with an error's name."""

    key: str
    stage: str
    kind: Literal["rejected", "failed"]
    reason: str
    detail: str


_encoder = msgspec.json.Encoder(order="sorted")


def canonical(value: Json | Noun) -> bytes:
    """Canonical JSON: UTF-8, sorted keys, no spaces. Two equal values give equal bytes."""
    return _encoder.encode(value)


def sha(value: Json | Noun) -> str:
    """Hex SHA-256 of the canonical JSON of `value`."""
    return hashlib.sha256(canonical(value)).hexdigest()


def short_id(value: Json | Noun) -> str:
    """The 16 hex digits by which ledgers name a noun."""
    return sha(value)[:16]
