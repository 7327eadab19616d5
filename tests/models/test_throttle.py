"""Pace: never more than allowed, fewer after a busy answer, slowly more after; first come first served."""

import asyncio
from contextlib import suppress

from asking import ASK, Clock, patient, reached
from bench.provider import Options, Provider

from dive.errors import ModelBusy, ModelError, ModelUnavailable
from dive.models.throttle import Throttle


async def fail(throttle: Throttle, gate: asyncio.Event, error: ModelError) -> None:
    with suppress(ModelError):
        async with throttle.slot():
            await gate.wait()
            raise error


def test_requests_under_way_together_cut_once() -> None:
    async def talk() -> Throttle:
        throttle, gate = Throttle(16), asyncio.Event()
        tasks = [asyncio.create_task(fail(throttle, gate, ModelBusy("busy"))) for _ in range(16)]
        await asyncio.sleep(0)
        gate.set()
        await asyncio.gather(*tasks)
        return throttle

    throttle = asyncio.run(talk())
    assert throttle.limit == 8.0 and throttle.running == 0


def test_each_later_round_cuts_again_down_to_one_and_other_errors_do_not() -> None:
    async def talk() -> list[float]:
        throttle, gate = Throttle(4), asyncio.Event()
        gate.set()
        limits = []
        for error in (ModelBusy("b"), ModelUnavailable("u"), ModelBusy("b"), ModelBusy("b")):
            await fail(throttle, gate, error)
            limits.append(throttle.limit)
        return limits

    assert asyncio.run(talk()) == [2.0, 2.0, 1.0, 1.0]


def test_a_full_round_of_successes_adds_about_one_and_never_passes_the_most() -> None:
    async def talk() -> list[float]:
        throttle = Throttle(10)
        throttle.limit = 4.0
        limits = []
        for _ in range(60):

            async def lane() -> None:
                async with throttle.slot():
                    await asyncio.sleep(0)

            await asyncio.gather(*[lane() for _ in range(int(throttle.limit))])
            limits.append(throttle.limit)
        return limits

    limits = asyncio.run(talk())
    assert 4.0 < limits[0] <= 5.0
    assert limits[-1] == 10.0


def test_an_idle_model_does_not_grow() -> None:
    async def talk() -> float:
        throttle = Throttle(10)
        throttle.limit = 4.0
        for _ in range(50):
            async with throttle.slot():
                pass
        return throttle.limit

    assert asyncio.run(talk()) == 4.0


def test_first_come_first_served_even_when_some_leave_the_queue() -> None:
    async def talk() -> list[int]:
        throttle, order = Throttle(1), list[int]()

        async def lane(number: int) -> None:
            async with throttle.slot():
                order.append(number)
                await asyncio.sleep(0)

        tasks = [asyncio.create_task(lane(number)) for number in range(8)]
        await asyncio.sleep(0)
        tasks[3].cancel()
        tasks[0].cancel()  # it holds the place
        await asyncio.gather(*tasks, return_exceptions=True)
        assert throttle.running == 0
        return order

    assert asyncio.run(talk()) == [0, 1, 2, 4, 5, 6, 7]


def test_a_place_given_to_a_cancelled_request_goes_on_to_the_next() -> None:
    async def talk() -> int:
        throttle = Throttle(1)
        holder = throttle.slot()
        await holder.__aenter__()

        async def lane() -> int:
            async with throttle.slot():
                return 1

        first, second = asyncio.create_task(lane()), asyncio.create_task(lane())
        await asyncio.sleep(0)
        await holder.__aexit__(None, None, None)  # gives the place to `first`, which has not run yet
        first.cancel()
        return await second

    assert asyncio.run(talk()) == 1


def test_the_provider_never_sees_more_than_the_most() -> None:
    provider = Provider(Options(latency_s=0.002, seed=1, busy=0.1, retry_after="0"))

    async def talk() -> None:
        async with reached(provider) as model:
            waiting = patient(model, Clock(), most=6, attempts=50)
            await asyncio.gather(*[waiting.complete(ASK) for _ in range(80)])

    asyncio.run(talk())
    assert 2 <= provider.most <= 6
