"""Natural ways to write an expression: those that must give the same in pydantic-monty and CPython, and the refused."""

import ast

VALUES = {
    "rows": [
        {"iata": "JUL", "name": "Inca Manco Capac", "elevation": 12552, "lat": -15.4671, "tags": ["a", "b"], "n": None},
        {"iata": "CUZ", "name": "Alejandro Velasco Astete", "elevation": 10860, "lat": -13.5357, "tags": ["b"], "n": 3},
        {"iata": "LIM", "name": "Jorge Chávez", "elevation": 113, "lat": -12.0219, "tags": [], "n": 1},
    ],
    "rates": {"EUR": 1.0, "CHF": 0.9535, "JPY": 163.06},
    "words": ["Chișinău", "né", "straße", "ABC", "they're"],
    "nums": [3, 1, 2, 2],
    "floats": [0.1, 0.2, 0.3, 2.675, -7.5, 1e16],
    "day": "2020-02-03",
    "text": "Founded April 1, 1976; ISIN US0378331005",
}

EQUAL = r"""
max(rows, key=lambda r: r['elevation'])['iata']
min(r['elevation'] for r in rows)
[r['iata'] for r in rows if r['elevation'] > 1000]
[r['iata'] for r in rows if r['elevation'] > 1000 and 'b' in r['tags']]
sorted(rows, key=lambda r: r['lat'])[0]['name']
sorted(rows, key=lambda r: (-len(r['tags']), r['name']), reverse=True)[:2]
{r['iata']: r['elevation'] for r in rows}
sum(r['elevation'] for r in rows) / len(rows)
len([r for r in rows if r['n'] is not None])
sum(1 for r in rows if r['n'])
[r.get('n', 0) or 0 for r in rows]
rows[0]['tags'] + rows[1]['tags']
rows[-1]['iata'], rows[::-1][0]['iata'], rows[:2], 'abc'[1:]
[t for r in rows for t in r['tags']]
{t for r in rows for t in r['tags']}
sorted({t for r in rows for t in r['tags']})
set(nums) & {1, 2}
set(nums) | {9}, set(nums) - {1}, set(nums) ^ {1, 9}
set(nums).union([7]), set(nums).intersection([1]), set(nums).difference([1]), set(nums).symmetric_difference([1])
set(nums).issubset([1, 2, 3]), set(nums) <= {1, 2, 3}, set(nums).isdisjoint([9])
set.union(*[{1}, {2}]), set.union({1}, [2], [3]), set().union(*[nums, [9]]), {1}.union([2], [3])
set.intersection(*[{1, 2}, {2}]), {1, 2}.intersection([2], [2, 3]), set.intersection({1}, {1})
frozenset(nums) & {1}
next(r['iata'] for r in rows if r['elevation'] < 11000)
next((r['iata'] for r in rows if r['elevation'] < 0), 'none')
next(map(lambda r: r['iata'], rows))
sorted(words, key=str.lower)
max(rates, key=rates.get)
max(words, key=len), sorted(nums, key=abs), min(words, key=lambda w: w.lower())
list(map(str.strip, [' a ']))
list(map(len, words)), list(filter(None, nums)), list(map(lambda x: x * 2, nums)), list(map(math.sqrt, [4.0]))
statistics.mean(nums)
list(range(3)), list(range(3, 0, -1)), list(reversed(nums)), list(reversed(range(3)))
list(enumerate(nums, 1)), list(zip(nums, words)), [list(t) for t in zip(*[[1, 2], [3, 4]])]
dict(zip(words, nums)), dict([('a', 1)]), dict(a=1), dict.fromkeys(nums)
sorted(rates.items()), sorted(rates), list(rates.values()), len(rates.keys()), 'EUR' in rates.keys()
{k: v for k, v in rates.items() if v < 2}
{**rates, 'USD': 1.1}['USD'], [*nums, 5], (*nums, 5)
max(rates.values()), sum(rates.values()), any(v > 100 for v in rates.values()), all([v > 0 for v in rates.values()])
sum(floats), sum(nums), sum([[1], [2]], []), sum(x * y for x, y in zip(nums, floats))
0.1 + 0.2, 1 / 3, 2 ** 0.5, 7 // 2, -7 // 2, 7 % 3, -7 % 3, -7.5 % 2, 7.5 // 2, 2 ** -1, 10 ** 30
abs(-2.5), divmod(-7, 2), divmod(7.5, 2), pow(2, 3), pow(2, 3, 5), int(2.9), int(-2.9), int('12'), float('1.5')
1 < 2 < 3, 1 == 1.0, (1, 2) < (1, 3), [1, 2] == [1, 2], 'a' < 'b', not nums, nums and 1, None or 2
1 if nums else 2
str(1.0), str(1e16), str(1e-5), str(0.1 + 0.2), str(12), str(None), str(True)
f'{floats[3]:.2f}', f'{12345.678:,.1f}', f'{0.5:%}', f'{5:05d}', f"{'a':>3}", f'{3.0!r}', format(2.675, '.2f')
'%.2f %s' % (2.675, 'x')
math.sqrt(2), math.log(7.7), math.log10(7.7), math.log2(7.7), math.log(8, 2), math.exp(1.2), math.log1p(1e-5)
math.sin(1.1), math.cos(1.1), math.tan(1.1), math.asin(.3), math.acos(.3), math.atan(.3), math.atan2(1, 3.3)
math.hypot(3.1, 4.2), math.radians(33.3), math.degrees(1.2), math.pi, math.e, math.tau, math.dist([1, 2], [3, 4.5])
math.floor(-2.5), math.ceil(2.1), math.trunc(-2.5), math.gcd(12, 18), math.lcm(4, 6), math.comb(5, 2), math.perm(5, 2)
math.factorial(20), math.prod(nums), math.fsum(floats), math.isclose(1.0, 1.0000000001), math.fabs(-2), math.isqrt(17)
math.fmod(7.5, 2), math.copysign(1, -2), math.sinh(1.1), math.cosh(1.2), math.tanh(.3), math.expm1(1e-5)
math.pow(2, .5)
[w.lower() for w in words], [w.upper() for w in words], [w.title() for w in words], [w.casefold() for w in words]
' a '.strip(), 'a,b'.split(','), 'a b  c'.split(), 'a,b,c'.rsplit(',', 1), 'a-b'.partition('-'), 'a-b-c'.rpartition('-')
'abc'.find('c'), 'abcc'.count('c'), 'abc'.startswith('a'), 'abc'.endswith(('c', 'd')), 'abc'.replace('a', 'b')
'7'.zfill(3), 'a'.ljust(3), 'a'.rjust(3), 'abc'.removeprefix('a'), 'abc'.removesuffix('c'), 'a\nb'.splitlines()
'12'.isdigit(), 'a'.isalpha(), 'a1'.isalnum(), 'A'.isupper(), 'a'.islower(), ' '.isspace()
', '.join(words), ''.join(str(n) for n in nums), 'ab' * 2, 'a' in 'abc', ord('a'), chr(98)
re.findall(r'\d+', text), re.findall(r'(\d)(\d)', text), re.search(r'(\d{4})', text).group(1)
re.search(r'(?P<y>\d{4})', text)['y'], re.search(r'(?P<y>\d{4})', text).groupdict(), re.search('zzz', text) is None
re.match(r'(\w+) (\w+)', text).groups(), re.fullmatch(r'\d+', '12').group(), re.search('April', text).span()
re.split(r'[,;] *', text), re.split(r'(,)', 'a,b'), re.sub(r'\d', 'x', text), re.sub(r'(\d)', r'<\1>', 'a1')
re.sub('(a)', r'\g<1>x', 'a'), re.findall(r'\bISIN\b', text), re.findall(r'(?<=ISIN )\w+', text)
re.findall('a', 'A', re.I)
[m.group() for m in re.finditer(r'\d+', text)]
re.findall(r'\w+', words[0]), re.findall(r'(?i)abc', 'ABC'), re.findall(r'(a)|(b)', 'ab')
datetime.date.fromisoformat(day).weekday(), datetime.date.fromisoformat(day).isoweekday()
(datetime.date(2020, 3, 1) - datetime.date.fromisoformat(day)).days
(datetime.date.fromisoformat(day) + datetime.timedelta(days=30)).isoformat()
datetime.datetime.strptime('April 1, 1976', '%B %d, %Y').date().isoformat()
datetime.date.fromisoformat(day).strftime('%A %d %B %Y %j')
datetime.date.fromisoformat(day).replace(year=2021).year, datetime.date.fromisoformat(day).year
datetime.date.fromisoformat(day).month, datetime.date.fromisoformat(day).day
datetime.datetime.fromisoformat('2020-02-03T10:11:12').hour
(datetime.datetime(2020, 2, 3, 10) - datetime.datetime(2020, 2, 1)).total_seconds()
datetime.timedelta(days=3) / datetime.timedelta(days=2), datetime.timedelta(days=7) // datetime.timedelta(days=2)
max(datetime.date(2020, 1, 1), datetime.date(2019, 1, 1)).isoformat()
day < '2020-03-01', max(day, '2019-12-31')
collections.Counter(nums).most_common(1), collections.Counter('abca')['a']
dict(collections.Counter(nums)) == {3: 1, 1: 1, 2: 2}
max(collections.Counter(nums).values()), collections.Counter(nums).total()
list(itertools.combinations(nums, 2)), list(itertools.permutations([1, 2], 2)), list(itertools.product([1, 2], [3]))
list(itertools.chain(nums, [9])), list(itertools.chain.from_iterable([[1], [2]])), list(itertools.accumulate(nums))
list(itertools.islice(nums, 2)), list(itertools.pairwise(nums)), list(itertools.zip_longest([1, 2], [3]))
list(itertools.takewhile(lambda x: x > 2, nums)), list(itertools.dropwhile(lambda x: x > 2, nums))
list(itertools.starmap(lambda a, b: a + b, [(1, 2)])), list(itertools.compress(nums, [1, 0, 1, 0]))
all(a <= b for a, b in itertools.pairwise(nums)), len([1 for a, b in itertools.combinations(nums, 2) if a < b])
isinstance(nums, list), isinstance(1, (int, float)), isinstance('a', str), bool([]), tuple(nums), list('abc')
(lambda x: x + 1)(2), [(lambda n: n * 2)(n) for n in nums]
[b for a, *b in [(1, 2, 3)]], [i for i, x in enumerate(nums) if x == 2][0]
nums.index(2), nums.count(2), (1, 2).index(2)
sorted([(2, 'b'), (1, 'z'), (1, 'a')]), sorted([1.5, 1, True]), sorted('hello'), max('abc'), max(3, 1)
max([], default=0)
sorted(nums, key=lambda n: (n % 2, -n)), sorted(words)[0], min((n, w) for n, w in zip(nums, words))
{len(w): w for w in words}[2], {'a': {1, 2}, 'b': (1, 2)}, {'x': [r['iata'] for r in rows]}
len({1.0, 1, True}), -0.0, 1_000, 0x1f, True + 1
[r['iata'] for r in rows if not r['tags']], [r['iata'] for r in rows if r['iata'] not in ('LIM', 'CUZ')]
[[c['iata'] for c in rows if c['elevation'] > r['elevation']] for r in rows]
{k: [r['iata'] for r in rows if r['n'] == k] for k in (1, 3)}['x' if nums == [] else 3]
[x for xs in [[1, 2], [3]] for x in xs if x != 2]
abs(rows[0]['lat'] - rows[1]['lat']) * 111.32
5 & 3, 5 | 3, 5 ^ 3, 1 << 3, 16 >> 2, ~5
"""


def _split(line: str) -> list[str]:
    """A line that lists several idioms, one by one."""
    body = ast.parse(line, mode="eval").body
    parts = body.elts if isinstance(body, ast.Tuple) and not line.startswith("(") else [body]
    return [ast.get_source_segment(line, part) or line for part in parts]


IDIOMS = [idiom for line in EQUAL.strip().splitlines() for idiom in _split(line)]

REFUSED = {
    "round(2.675, 2)": "decimals",
    r"re.sub('(a)', r'\1x', 'a')": r"\g<1>x",
    "re.findall('a*', 'baac')": "+ instead of *",
    "re.sub('a', lambda m: 'b', 'a')": "constant text",
    "re.findall(day, text)": "constant text",
    "re.findall('(', text)": "pattern is wrong",
    "rates.items()": "list(...)",
    "rates.keys()": "list(...)",
    "range(3)": "list(...)",
    "(n for n in nums)": "list(...)",
    "zip(nums, nums)": "list(...)",
    "{'a': map(str, nums)}": "list(...)",
    "len(n for n in nums)": "list(...)",
    "[x for x in nums] and iter(nums)": "list(...)",
    "lambda: 1": "the expression itself",
    "len": "Call it",
    "nums.sort()": "sorted(x)",
    "nums.append(1)": "x + [y]",
    "rates.update(a=1)": "{**x, **y}",
    "rates.pop('EUR')": "x[-1]",
    "rates.get": "lambda",
    "str.lower": "x.lower()",
    "math.cbrt(8.0)": "x ** (1 / 3)",
    "math.gamma(5.5)": "factorial",
    "math.nan": "math has",
    "datetime.date.today()": "day to day",
    "datetime.datetime.now()": "day to day",
    "datetime.date.fromisoformat(day).isocalendar()": "%V",
    "list({1, 2})": "sorted",
    "[x for x in set(nums)]": "sorted",
    "next(iter(set(nums) & {1}))": "sorted",
    "', '.join({'a', 'b'})": "sorted",
    "next(nums)": "[0]",
    "nums is words": "==",
    "eval('1')": "expression itself",
    "exec('1')": "expression itself",
    "open('x')": "steps",
    "print(1)": "gives a value",
    "type(1)": "isinstance",
    "getattr(rates, 'x')": "subscript",
    "__import__('os')": "underscore",
    "nums.__class__": "underscore",
    "[_x for _x in nums]": "another variable",
    "[rows for rows in nums]": "another variable",
    "[len for len in nums]": "another variable",
    "'{0.__class__}'.format(nums)": "f-string",
    "'a'.encode()": "compare",
    "(x := 1)": "not allowed",
    "[1, 2, 3, 4, 5, 6]": "at most 5",
    "{'a': 1, 'b': 2, 'c': 3, 'd': 4, 'e': 5, 'f': 6}": "at most 5",
    "'" + "x" * 200 + "'": "at most 160",
    "1e400": "not finite",
    "b'a'": "not allowed",
    "1j": "not allowed",
    "...": "not allowed",
    "statistics.median(nums)": "sorted(x)",
    "heapq.nlargest(1, nums)": "sorted(x, key=...)",
    "collections.defaultdict(list)": "[r for r in rows",
    "itertools.groupby(nums)": "[r for r in rows",
    "functools.reduce(max, nums)": "comprehension",
    "unknown['x']": "known names",
    "re": "call one of its functions",
    "nums[": "no Python expression",
    "x = 1": "no Python expression",
    "import os": "no Python expression",
    "'\ud800'": "no Python expression",
    "+".join(["1"] * 250): "nodes",
    "'" + "x" * 5000 + "'": "characters",
    "(lambda *a: a)(1)": "plain parameters",
    "[x async for x in nums]": None,
}
"""Refused expressions, and what the advice says (None: only that it is refused)."""
