"""What an expression of a proof may use, and what to write instead of what it may not.

Takes nothing; gives the tables that `expr.py` checks against. Everything listed here gives the same value in the
sandbox and in CPython (`tests/prove/test_differential.py`). Does not know how an expression is checked or run.
"""

import ast

NODES: frozenset[type[ast.AST]] = frozenset({
    ast.Expression, ast.Constant, ast.Name, ast.Attribute, ast.Subscript, ast.Slice, ast.Starred, ast.Call, ast.keyword,
    ast.List, ast.Tuple, ast.Set, ast.Dict, ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.Lambda,
    ast.arguments, ast.arg, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.comprehension,
    ast.JoinedStr, ast.FormattedValue, ast.Load, ast.Store,
    *ast.operator.__subclasses__(), *ast.unaryop.__subclasses__(), *ast.boolop.__subclasses__(),
    *ast.cmpop.__subclasses__(),
})  # fmt: skip

BUILTINS = frozenset({
    "abs", "all", "any", "bool", "chr", "dict", "divmod", "enumerate", "filter", "float", "format", "frozenset",
    "int", "isinstance", "iter", "len", "list", "map", "max", "min", "next", "ord", "pow", "range", "reversed", "set",
    "sorted", "str", "sum", "tuple", "zip",
})  # fmt: skip

MODULES: dict[str, frozenset[str]] = {
    "re": frozenset({
        "findall", "search", "match", "fullmatch", "split", "sub", "finditer", "escape",
        "I", "IGNORECASE", "M", "MULTILINE", "S", "DOTALL",
    }),
    "math": frozenset({
        "acos", "asin", "atan", "atan2", "ceil", "comb", "copysign", "cos", "cosh", "degrees", "dist", "e", "exp",
        "expm1", "fabs", "factorial", "floor", "fmod", "fsum", "gcd", "hypot", "isclose", "isqrt", "lcm", "log",
        "log10", "log1p", "log2", "perm", "pi", "pow", "prod", "radians", "sin", "sinh", "sqrt", "tan", "tanh", "tau",
        "trunc",
    }),
    "datetime": frozenset({"date", "datetime", "timedelta", "time"}),
    "collections": frozenset({"Counter"}),
    "itertools": frozenset({
        "accumulate", "chain", "combinations", "compress", "dropwhile", "islice", "pairwise", "permutations", "product",
        "starmap", "takewhile", "zip_longest",
    }),
}  # fmt: skip

STATIC = frozenset({
    "datetime.date.fromisoformat", "datetime.datetime.fromisoformat", "datetime.datetime.strptime",
    "datetime.datetime.combine", "itertools.chain.from_iterable", "dict.fromkeys",
})  # fmt: skip
"""Methods of types that may be called on the type itself."""

METHODS = frozenset({
    # text
    "capitalize", "casefold", "center", "endswith", "find", "isalnum", "isalpha", "isdigit", "islower", "isspace",
    "isupper", "join", "ljust", "lower", "lstrip", "partition", "removeprefix", "removesuffix", "replace", "rfind",
    "rjust", "rpartition", "rsplit", "rstrip", "split", "splitlines", "startswith", "strip", "swapcase", "title",
    "upper", "zfill",
    # collections
    "count", "index", "get", "items", "keys", "values", "most_common", "total",
    "difference", "intersection", "isdisjoint", "issubset", "issuperset", "symmetric_difference", "union",
    # matches
    "end", "group", "groupdict", "groups", "span", "start",
    # dates
    "date", "isoformat", "isoweekday", "strftime", "time", "timestamp", "total_seconds", "weekday",
})  # fmt: skip

FIELDS = frozenset({"year", "month", "day", "hour", "minute", "second", "days", "seconds"})

ORDERING = frozenset({"list", "tuple", "enumerate", "zip", "iter", "map", "filter", "join"})
"""Functions that put the members of a set into an order."""

LAZY = frozenset({"map", "filter", "zip", "enumerate", "reversed", "range", "iter"})
LAZY_METHODS = frozenset({"items", "keys", "values"})
CONSUMERS: frozenset[str] = frozenset({
    "all", "any", "dict", "enumerate", "filter", "frozenset", "list", "map", "max", "min", "set", "sorted", "sum",
    "tuple", "zip", "join", "union", "intersection", "difference", "symmetric_difference", "isdisjoint", "issubset",
    "issuperset", "Counter", "fromkeys", "fsum", "prod", "from_iterable",
}) | MODULES["itertools"]  # fmt: skip
"""Functions that use up an iterator where it stands."""

UNORDERED = frozenset({
    "all", "any", "frozenset", "len", "max", "min", "set", "sorted", "sum", "Counter", "fsum", "prod", "union",
    "intersection", "difference", "symmetric_difference", "isdisjoint", "issubset", "issuperset",
})  # fmt: skip
"""Functions for which the order of their argument does not matter."""

ADVICE: dict[str, str] = {
    "round": "give the raw value; `decimals` belongs to the answer",
    "print": "an expression only gives a value",
    "eval": "write the expression itself", "exec": "write the expression itself",
    "open": "facts come from steps, not from files",
    "type": "use isinstance(x, int)", "getattr": "write the subscript or the method itself",
    "setattr": "nothing is changed in place", "hash": "compare the values", "id": "compare the values",
    "repr": "use str(x)", "slice": "write x[a:b]", "callable": "leave the test out",
    "sort": "write sorted(x)", "reverse": "write x[::-1]", "append": "write x + [y]", "extend": "write x + y",
    "add": "write x | {y}", "update": "write {**x, **y}", "pop": "write x[-1], or a comprehension without it",
    "remove": "write [v for v in x if v != y]", "discard": "write x - {y}", "clear": "write an empty literal",
    "insert": "write [y] + x", "setdefault": "write x.get(k, d)", "copy": "values are never changed; use x itself",
    "today": "the value would change from day to day; take the date from a step or the question",
    "now": "the value would change from day to day; take the date from a step or the question",
    "utcnow": "the value would change from day to day; take the date from a step or the question",
    "cbrt": "write x ** (1 / 3)", "mean": "write sum(x) / len(x)", "fmean": "write sum(x) / len(x)",
    "median": "write sorted(x)[len(x) // 2]", "statistics": "write sum(x) / len(x), or sorted(x)[len(x) // 2]",
    "operator": "write the operator in a lambda", "functools": "write a comprehension or itertools.accumulate",
    "heapq": "write sorted(x, key=...)[:n]", "fractions": "use floats", "decimal": "use floats",
    "numpy": "use lists, sum, max and math", "json": "results are values already",
    "format": "write an f-string", "encode": "compare the strings", "translate": "use .replace()",
    "isocalendar": "use .strftime('%V')", "toordinal": "subtract two dates and take .days",
    "fromordinal": "add datetime.timedelta(days=n) to a date", "bit_length": "use math.log2",
    "groupby": "write {k: [r for r in rows if r['x'] == k] for k in sorted({r['x'] for r in rows})}",
    "defaultdict": "write {k: [r for r in rows if r['x'] == k] for k in sorted({r['x'] for r in rows})}",
    "compile": "call re.search, re.findall or re.sub directly", "gamma": "use math.factorial",
    "is_integer": "write x == int(x)",
}  # fmt: skip
