"""Drafts of wording: a `says` line for each field that can be spoken of, made from the names that the tools gave it.

Takes tools with what was found out about them; gives lines by tool and field, as in a catalog's `says.toml`. What
cannot be said truly from the names alone is left out: a list that a limit cuts off without an order, a field that
echoes the argument, codes, truths. A person reads and mends the draft. Does not know values beyond samples' places.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import UNSET

from dive.sources import names
from dive.sources.columns import speakable
from dive.sources.infer import unit
from dive.sources.kinds import Found, FoundTool, Slot

LATER = "high late later latest early earlier earliest"


def draft(found: Found, tools: Mapping[str, Sequence[Slot]]) -> dict[str, dict[str, str]]:
    """Lines by tool: `source` first, empty for a person to fill, then one for each field."""
    spelled = names.capitals(tool.description for tool in found.listed.values())
    return {
        name: {"source": "", **{path: _spelled(line, spelled) for path, line in _lines(name, tools[name], tool, found)}}
        for name, tool in sorted(found.tools.items())
        if name in tools
    }  # fmt: skip


def _spelled(line: str, known: Mapping[str, str]) -> str:
    """A line with names and short forms as the tools' descriptions write them; names of fields and slots stay."""
    parts = line.split(" | ")
    said = [part if n and part.partition(" ")[0] in ("list", "sorted", "via") else
            re.sub(r"(?<!\{)\b[a-z]+\b(?!\})", lambda word: known.get(word[0], word[0]), part)
            for n, part in enumerate(parts)]  # fmt: skip
    return " | ".join(said)


def _lines(name: str, slots: Sequence[Slot], tool: FoundTool, found: Found) -> Iterator[tuple[str, str]]:
    needed = [slot for slot in slots if slot.default is UNSET]
    if not needed or tool.takes.get(needed[0].name) not in found.pools:
        return  # it is not about a thing, so no question can start from it or pass through it
    if any(slot.name not in tool.takes and slot.name not in tool.states for slot in needed):
        return  # a question could not say what it is asked with
    tail = "".join(_stated(slot, tool) for slot in needed[1:])
    when = _when(needed[1:], tool)
    for path, row in speakable(tool.output)["properties"].items():
        if row["type"] != "array":
            line = _value(path, row["type"], "{x}", tail, when, _Context(name, slots, tool, found))
            if line:
                yield path, line
        else:
            yield from _list(path, row["items"], tail, _Context(name, slots, tool, found))


class _Context:
    """The tool that a line is drafted for."""

    def __init__(self, name: str, slots: Sequence[Slot], tool: FoundTool, found: Found) -> None:
        self.name, self.tool, self.found = name, tool, found
        first = slots[0]
        self.first, self.subject = first.name, tool.takes.get(first.name, "")

    def noun(self, type_name: str) -> str:
        return str(self.found.types.get(type_name, {}).get("noun", ""))


def _stated(slot: Slot, tool: FoundTool) -> str:
    """The words for a further argument: " in {year}"."""
    kind = tool.takes.get(slot.name, "")
    if kind in ("year", "date"):
        return f" {'in' if kind == 'year' else 'on'} {{{slot.name}}}"
    return f" with the {names.spaced(names.concept(slot.name, ''))} {{{slot.name}}}"


def _when(slots: Sequence[Slot], tool: FoundTool) -> str:
    stated = "".join(_stated(slot, tool) for slot in slots if slot.name in tool.states)
    return f" | when{stated}" if stated else ""


def _value(path: str, kind: str, subject: str, tail: str, when: str, about: _Context) -> str:
    """The line of a single value, or nothing."""
    field = path.rpartition(".")[2]
    type_name = about.tool.gives.get(path, "")
    if not type_name or kind == "boolean" or _says_itself(field, type_name, about, inner="." in path):
        return ""
    of = f"of {subject}{tail}"
    if type_name in about.found.pools:
        if about.noun(type_name) == about.noun(about.subject) and type_name != about.subject and not tail:
            return "| transparent | universal"  # another code of the same thing
        return _thing(field, type_name, subject, tail, about)
    if type_name in ("date", "year"):
        head = names.spaced(field)
        return f"the {head} {of} | head {head} | {LATER}{when}"
    if kind == "string":
        return f"the {names.spaced(field)} {of}"
    return _figure(field, kind, of, when, about.tool, path)


def _says_itself(field: str, type_name: str, about: _Context, inner: bool) -> bool:
    """Whether a field only repeats what it is about, or the name by which that is called."""
    if type_name == about.subject and not inner and names.concept(field, "") == names.concept(about.first, ""):
        return True
    label = str(about.found.types.get(about.subject, {}).get("label", ""))
    called = {*names.words()["names"]["called"], f"{about.noun(about.subject)}_name"}
    return (not inner and "{name}" in label and (field in called or field in ("first_name", "last_name"))) or (
        inner and field in called and type_name not in about.found.pools
    )


def _thing(field: str, type_name: str, subject: str, tail: str, about: _Context) -> str:
    """A thing that another has, is in or belongs to; the last two only if the field is called as the thing is."""
    noun = about.noun(type_name)
    head = names.spaced(names.concept(field, noun.replace(" ", "_")))
    where = _where(noun, type_name, about) if head == noun and type_name != about.subject and not tail else ""
    if where:
        verb = where.partition(" ")[0]
        asked = f"which {head} is {subject} in" if verb == "is" else f"which {head} does {subject} belong to"
        more = where.replace("is ", "are ", 1) if verb == "is" else where.replace("belongs", "belong", 1)
        return f"the {head} that {subject} {where} | ask {asked} | head {head} | via {where}/{more}"
    via = " | via has/have" if head == noun and head[:1] not in "aeiou" else ""
    return f"the {head} of {subject}{tail}{via}"


def _where(noun: str, type_name: str, about: _Context) -> str:
    """How members are joined to such a thing, if they are inside of it: by its noun, or by a tool `members_in`."""
    last = noun.split()[-1]
    if last in names.listed("groups"):
        return "belongs to"
    tools = [name for name, tool in about.found.tools.items() if type_name in tool.takes.values()]
    inside = last in names.listed("places") or any("in" in names.snake(name).split("_") for name in tools)
    return "is in" if inside and last not in names.listed("sorts") else ""


def _figure(field: str, kind: str, of: str, when: str, tool: FoundTool, path: str) -> str:
    counted = _counted(field)
    if counted and kind == "integer":
        return f"the number of {counted} {of} | many {counted} | ratio{when}"
    head, _, _ = unit(field)
    places = "" if kind == "integer" else f" | places {tool.places.get(path, 0)}"
    ratio = " | ratio" if set(names.snake(field).split("_")) & names.listed("ratio") else ""
    forms = _forms(head)
    return f"the {head} {of}{places} | head {head} | high{' ' if forms else ''}{forms} | mean{ratio}{when}"


def _forms(head: str) -> str:
    """The six forms of comparison of what a word of the head measures, if they are not those of `high`."""
    known = names.words()["forms"]
    return next((known[word] for word in head.split() if word in known), "")


def _counted(field: str) -> str:
    """What a field counts: "tracks" for `track_count`, `num_tracks` or `number_of_tracks`."""
    tokens = names.snake(field).split("_")
    if len(tokens) > 1 and tokens[-1] == "count":
        return names.plural(names.singular(" ".join(tokens[:-1])))
    if len(tokens) > 1 and tokens[0] in ("num", "n", "count"):
        return names.plural(names.singular(" ".join(tokens[1:])))
    return " ".join(tokens[2:]) if tokens[:2] == ["number", "of"] and len(tokens) > 2 else ""


def _list(path: str, items: Mapping[str, Any], tail: str, about: _Context) -> Iterator[tuple[str, str]]:
    """The line of a list and those of its members' fields; nothing where its members have no name."""
    member = about.tool.members.get(path, "")
    records = items["type"] == "object"
    type_name = about.tool.gives.get(f"{path}.{member}" if records else path, "")
    if type_name not in about.found.pools or (records and not member):
        return
    phrase = _list_phrase(path, type_name, tail, about)
    if not phrase:
        return
    order = about.tool.ordered.get(path, "").removeprefix("-")
    yield path, f"{phrase} | list{f' {member}' if records else ''}{f' | sorted {order}' if order else ''}"
    for name, row in items.get("properties", {}).items() if records else ():
        inner = f"{path}.{name}"
        if name != member and about.tool.gives.get(inner) not in about.found.pools:
            line = _value(inner, row["type"], "{it}", "", "", about)
            if line:
                yield inner, line


def _list_phrase(path: str, type_name: str, tail: str, about: _Context) -> str:
    """ "airports in {x}"; of a list that is cut off only what its order says: "{limit} cities of {x} with the ..."."""
    tokens, joint = names.head(about.name)
    subject = names.snake(about.noun(about.subject)).split("_")
    plural = names.spaced(path) if path not in names.listed("wrappers") else ""
    own = [*(token for token in tokens[:-1] if names.singular(token) not in subject), tokens[-1]]
    words = plural if plural and len(own) <= 1 else " ".join([*own[:-1], names.plural(names.singular(own[-1]))])
    phrase = f"{words} {joint} {{x}}{tail}"
    cut, order = about.tool.cut.get(path, ""), about.tool.ordered.get(path, "")
    if not cut:
        return phrase
    if not order:
        return ""
    if any(word.endswith("est") or word in ("top", "most") for word in own[:-1]):
        return f"{{{cut}}} {phrase}"
    head, _, _ = unit(order.removeprefix("-"))
    end = (_forms(head) or "high higher highest low lower lowest").split()[2 if order.startswith("-") else 5]
    return f"{{{cut}}} {phrase} with the {end} {head}"
