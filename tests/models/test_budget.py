"""Budget: held before, settled after, never passed by more than the calls under way; a price where money counts."""

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress

import msgspec
import pytest
from asking import ASK, WORDS, Clock, failing, patient, reached
from bench.provider import Options, Provider

from dive.errors import BudgetSpent, ConfigError, ModelBusy, ModelUnavailable, RequestRefused
from dive.models import Budget, Limits, Price, Reply, Settings, Spent
from dive.models.open import open_models
from dive.models.prices import price, table
from dive.models.scripted import Scripted, turns
from dive.nouns import Usage

PRICE = Price(input=2.0, cached=0.5, written=3.0, output=10.0)
SMALL = msgspec.structs.replace(WORDS, max_tokens=50)


def spend(budget: Budget, tries: int, most: int = 8) -> list[object]:
    """Results of `tries` calls at once: replies and BudgetSpent."""

    async def talk() -> list[object]:
        async with reached(Provider(Options(latency_s=0.001))) as model:
            waiting = patient(model, Clock(), budget, most)
            return list(await asyncio.gather(*[waiting.complete(SMALL) for _ in range(tries)], return_exceptions=True))

    return asyncio.run(talk())


def test_max_calls_is_exact() -> None:
    budget = Budget(Limits(max_calls=7))
    results = spend(budget, 20)
    assert sum(isinstance(result, Reply) for result in results) == 7
    assert sum(isinstance(result, BudgetSpent) for result in results) == 13
    assert budget.spent.calls == 7 and budget.held == Spent()


def test_tokens_are_passed_by_no_more_than_the_calls_under_way() -> None:
    budget = Budget(Limits(max_tokens=20_000))
    results = spend(budget, 40, most=4)
    replies = [result for result in results if isinstance(result, Reply)]
    assert budget.spent.tokens == sum(r.usage.input + r.usage.output for r in replies)
    assert budget.spent.tokens + 5_040 >= 20_000 and budget.spent.tokens <= 20_000 + 4 * 5_040
    assert any(isinstance(result, BudgetSpent) for result in results)


def test_after_the_first_refusal_nothing_starts() -> None:
    async def talk() -> int:
        budget = Budget(Limits(max_tokens=400))
        model = Scripted(turns(["done"]))
        waiting = patient(model, Clock(), budget)
        with pytest.raises(BudgetSpent, match="max_tokens = 400"):
            await waiting.complete(msgspec.structs.replace(WORDS, max_tokens=4000))
        with pytest.raises(BudgetSpent, match="no call starts"):
            await waiting.complete(msgspec.structs.replace(WORDS, max_tokens=1))
        return model.calls

    assert asyncio.run(talk()) == 0


def test_a_call_waits_for_what_others_may_give_back() -> None:
    """Each holds for 4,000 output tokens and takes a few: all find room, one after the other."""

    async def talk() -> Budget:
        budget = Budget(Limits(max_tokens=5_000))
        waiting = patient(Scripted(turns(["done"]), latency_s=0.001), Clock(), budget)
        await asyncio.gather(*[waiting.complete(WORDS) for _ in range(8)])
        return budget

    assert asyncio.run(talk()).spent.calls == 8


def test_an_estimate_learns_from_the_longest_output() -> None:
    async def talk() -> list[int]:
        budget, held = Budget(), list[int]()
        for output in (30, 20, 7000):
            async with budget.hold(WORDS, None) as hold:
                held.append(budget.held.tokens - WORDS.tokens)
                hold.usage = Usage(input=1, output=output)
        async with budget.hold(WORDS, None):
            held.append(budget.held.tokens - WORDS.tokens)
        return held

    assert asyncio.run(talk()) == [4096, 30, 30, 4096]


def test_errors_that_surely_cost_nothing_give_their_room_back() -> None:
    lost = ModelUnavailable("read")
    lost.billed = True

    async def talk(*errors: Exception) -> Spent:
        budget = Budget(Limits(max_tokens=10**6))
        with suppress(RequestRefused):
            await patient(Scripted(failing(*errors)), Clock(), budget).complete(SMALL)
        return budget.spent

    refused = asyncio.run(talk(ModelBusy("busy"), RequestRefused("no")))
    assert refused.calls == 2 and refused.tokens == 0
    good, broken = asyncio.run(talk()), asyncio.run(talk(lost))
    assert broken.calls == 2 and broken.tokens >= good.tokens + 50


def test_a_cancelled_call_counts_as_estimated_and_leaves_nothing_held() -> None:
    async def talk() -> Budget:
        budget = Budget(Limits(max_calls=3))
        task = asyncio.create_task(patient(Scripted(turns(["x"]), latency_s=60), Clock(), budget).complete(SMALL))
        await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return budget

    budget = asyncio.run(talk())
    assert budget.held == Spent() and budget.spent.calls == 1 and budget.spent.tokens > 50


def test_cost_of_cached_written_and_fresh_tokens() -> None:
    usage = Usage(input=1_000_000, cached=600_000, written=100_000, output=50_000)
    assert PRICE.cost(usage) == pytest.approx(0.3 * 2 + 0.6 * 0.5 + 0.1 * 3 + 0.05 * 10)
    assert Price(input=1, output=1).cost(usage) == pytest.approx(1.05)


@pytest.mark.parametrize(
    ("name", "known"),
    [("claude-sonnet-4-5", True), ("claude-sonnet-4-5-20250929", True), ("gpt-4.1-2025-04-14", True),
     ("gpt-5-mini-latest", True), ("gpt-5", False), ("claude-sonnet-4", False), ("gpt-4.1-mini", False),
     ("openai/gpt-4.1", False), ("my-model", False)],
)  # fmt: skip
def test_prices_by_name_and_date_and_never_by_guess(name: str, known: bool) -> None:
    assert (price(Settings(model=name)) is not None) == known


def test_the_run_file_s_price_wins_and_the_table_is_dated() -> None:
    assert price(Settings(model="gpt-4.1", price=PRICE)) == PRICE
    assert len(table().as_of) == 10
    assert all(known.cached is None or known.cached < known.input < known.output for known in table().prices.values())


def opened(limits: Limits, **settings: object) -> Callable[[], None]:
    async def talk() -> None:
        made = {"solver": Settings(**{"model": "mine", "base_url": "http://127.0.0.1:1"} | settings)}  # type: ignore[arg-type]
        async with open_models(made, {}, Budget(limits), random.Random(1)) as models:
            assert models["solver"].name == "mine"

    return lambda: asyncio.run(talk())


def test_max_cost_needs_a_price() -> None:
    opened(Limits())()
    opened(Limits(max_cost=1.0), price=PRICE)()
    with pytest.raises(ConfigError, match=r"max_cost needs a price for 'mine': set models\.solver\.price"):
        opened(Limits(max_cost=1.0))()


def test_unpriced_calls_are_counted_as_such_and_a_resumed_budget_goes_on() -> None:
    budget = Budget(Limits(max_calls=3), Spent(calls=2, cost=1.5))

    async def talk() -> None:
        await patient(Scripted(turns(["done"])), Clock(), budget).complete(ASK)

    asyncio.run(talk())
    assert budget.spent.calls == 3 and budget.spent.unpriced == 1 and budget.spent.cost == 1.5
    with pytest.raises(BudgetSpent):
        asyncio.run(talk())
