"""What can be checked without a call: wording, rows of types, audits of tables.

Takes the registry and what is to be looked at; gives problems and rows. Does not call tools.
"""

import re
from collections.abc import Iterator, Sequence

from msgspec import UNSET

from dive.registry import Field, Loaded, Param, Registry
from dive.says import SLOT, Says
from dive.toolcheck.kinds import Row

SHOWN = 5


def wording(loaded: Loaded) -> Iterator[str]:
    """Lines that cannot be spoken as they are."""
    for field in loaded.fields.values():
        if field.says and "transparent" not in field.says.flags:
            yield from _unsaid(loaded, field, field.says)
            if field.kind == "number" and field.says.places is None:
                yield f"{field.path}: a number with decimals needs `places`"
            if field.says.cls == "high" and not field.says.head:
                yield f"{field.path}: its class needs a `head`"


def _unsaid(loaded: Loaded, field: Field, says: Says) -> Iterator[str]:
    """Parameters that change the result but are not mentioned where the result is spoken of."""
    for text in (says.phrase, says.ask):
        said = set(SLOT.findall(text))
        if not text or ("it" in said and "." in field.path):
            continue
        missing = [p.name for p in _spoken_params(loaded.params) if p.name not in said
                   and not (p is loaded.params[0] and "x" in said)]  # fmt: skip
        if missing:
            yield f"{field.path}: {text!r} does not mention {', '.join(missing)}"


def _spoken_params(params: Sequence[Param]) -> list[Param]:
    """Those that a phrase must mention; the longitude of a pair goes with its latitude."""
    before = [None, *params]
    return [
        param
        for param, last in zip(params, before, strict=False)
        if (param.default is UNSET or param.draw is not None)
        and not (param.type.startswith("longitude:") and last is not None and last.type.startswith("latitude:"))
    ]


def check_type(registry: Registry, name: str) -> Row:
    """A semantic type: its words, its pattern, and its entities against it."""
    row = registry.types[name]
    problems: list[str] = []
    if name in registry.pools and not row.anaphor:
        problems.append("it has no `anaphor`")
    if row.pattern:
        if not re.fullmatch(row.pattern, str(row.example)):
            problems.append(f"its example {row.example!r} does not match its pattern {row.pattern!r}")
        pool = registry.pools[name]() if name in registry.pools else {}
        strange = [each for each in pool if not re.fullmatch(row.pattern, each)]
        if strange:
            problems.append(f"{len(strange)} entities do not match {row.pattern!r}: {', '.join(strange[:SHOWN])}")
    if not all("{x}" in opening for opening in row.openings):
        problems.append("an opening does not say {x}")
    return Row(f"type {name}", "fail" if problems else "pass", "; ".join(problems))


def check_table(registry: Registry, name: str) -> Row:
    """An audited table: findings that nothing fences off."""
    findings = registry.audits[name]()
    loose = [f"{f.row}: {f.problem}" for f in findings if not f.fenced]
    told = f"{len(findings)} findings, {len(loose)} not fenced off"
    more = f"; and {len(loose) - SHOWN} more" if len(loose) > SHOWN else ""
    reason = f"{told}: {'; '.join(loose[:SHOWN])}{more}" if loose else told
    return Row(f"audit {name}", "fail" if loose else "pass", reason)
