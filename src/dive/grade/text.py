"""Names as the grader compares them: without what does not tell two of them apart.

Takes text; gives normal forms and the pieces of an enumeration. Does not know answers or types.
"""

import functools
import re
import unicodedata

_ALIKE = str.maketrans("’‘ʼ′‐‑‒–—−“”„«»", '\'\'\'\'------"""""')
_UNDECOMPOSED = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe"})
_WRAPPED = re.compile(r"([\"'`*_])(.+)\1", re.DOTALL)
_ARTICLE = re.compile(r"(?:the|an?) (?=\S{2})")
_BULLET = re.compile(r"^[ \t]*(?:[-*•]|\d{1,3}[.)])[ \t]+", re.MULTILINE)
_SEPARATOR = re.compile(r" ?[;,\n&] ?(?:and )?| and ", re.IGNORECASE)
_BRACKETS = ("[]", "{}", "()")


@functools.lru_cache(maxsize=8192)
def plain(text: str) -> str:
    """`text` without case, width, runs of spaces, and outer quotes, marks, article and full stop."""
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).translate(_ALIKE).casefold())
    text = unwrap(" ".join(text.split()))
    return _ARTICLE.sub("", text, count=1) if _ARTICLE.match(text) else text


def unwrap(text: str) -> str:
    """`text` without the quotes, marks and full stops around it; never empty if `text` is not."""
    while True:
        wrapped = _WRAPPED.fullmatch(text)
        bare = (wrapped[2] if wrapped else text.removesuffix(".")).strip() or text
        if bare == text:
            return text
        text = bare


@functools.lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """`text` without accents."""
    parts = unicodedata.normalize("NFD", text.translate(_UNDECOMPOSED))
    return unicodedata.normalize("NFC", "".join(c for c in parts if unicodedata.category(c) != "Mn"))


def same_name(given: str, name: str) -> bool:
    """Whether two texts are one name. Accents may be left out altogether, but not be other ones."""
    one, other = plain(given), plain(name)
    return one == other or (fold(one) == fold(other) != "" and fold(one) in (one, other))


def atoms(text: str) -> list[tuple[int, int]]:
    """Start and end of each piece of `text` (made by `enumerations`) between separators."""
    spans: list[tuple[int, int]] = []
    start = 0
    for found in _SEPARATOR.finditer(text):
        spans.append((start, found.start()))
        start = found.end()
    spans.append((start, len(text)))
    return [(a, b) for a, b in spans if text[a:b].strip()]


def enumerations(text: str) -> tuple[str, ...]:
    """`text` ready for `atoms`: as it is, and without bullets and outer brackets. Runs of blanks are one blank."""
    text = unwrap(re.sub(r" ?\n[ \n]*", "\n", re.sub(r"[^\S\n]+", " ", text)).strip())
    bare = _BULLET.sub("", text).strip()
    if bare[:1] + bare[-1:] in _BRACKETS:
        bare = bare[1:-1].strip()
    return (text,) if bare == text else (text, bare)
