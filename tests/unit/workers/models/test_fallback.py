"""Tests of `workers.models.fallback` and `workers.models.retry`."""

from contextlib import aclosing
from datetime import timedelta

import pytest

from tests.doubles.model_scripted import ScriptedModel
from workers.models.errors import ContextOverflow, ModelRejected, ModelUnavailable
from workers.models.fallback import FallbackModel
from workers.models.protocol import (
    ModelAnswer,
    ModelEvent,
    ModelRequest,
    StreamRestarted,
    TextDelta,
)

REQUEST = ModelRequest(instructions="", items=())
DOWN = ModelUnavailable("down")


def busy(seconds: float) -> ModelUnavailable:
    """Return a rate limit that asks for a wait."""
    return ModelUnavailable("busy", retry_after=timedelta(seconds=seconds))


class Time:
    """A clock that only sleeping moves, and a die that always falls on `jitter`."""

    def __init__(self, jitter: float = 1.0) -> None:
        self.now = 1000.0
        self.waits: list[float] = []
        self._jitter = jitter

    async def sleep(self, seconds: float) -> None:
        """Pass the time."""
        self.waits.append(seconds)
        self.now += seconds

    def chain(self, *models: ScriptedModel, tries: int = 10) -> FallbackModel:
        """Return a chain that lives in this time."""
        return FallbackModel(
            models,
            tries=tries,
            sleep=self.sleep,
            random=lambda: self._jitter,
            monotonic=lambda: self.now,
        )


async def read(model: FallbackModel) -> list[ModelEvent]:
    """Return all events of one call."""
    async with aclosing(model.stream(REQUEST)) as events:
        return [event async for event in events]


async def test_the_first_model_answers_if_it_can() -> None:
    """Nobody else is asked, and nothing is waited for."""
    time, first, second = Time(), ScriptedModel("a", ("hi",)), ScriptedModel("b")
    events = await read(time.chain(first, second))
    assert events == [TextDelta(text="hi"), ModelAnswer(text="hi", model="a")]
    assert time.waits == []
    assert time.chain(first, second).name == "a"


async def test_a_passing_trouble_asks_the_next_model_before_any_wait() -> None:
    """A second model is quicker than a pause."""
    time = Time()
    events = await read(time.chain(ScriptedModel("a", (DOWN,)), ScriptedModel("b", ("hi",))))
    assert events[-1] == ModelAnswer(text="hi", model="b")
    assert time.waits == []


async def test_text_of_a_failed_try_is_void() -> None:
    """A reader is told to begin again, once, and only if it saw anything."""
    models = ScriptedModel("a", ("I th", DOWN)), ScriptedModel("b", ("yes",))
    events = await read(Time().chain(*models))
    assert events[:2] == [TextDelta(text="I th"), StreamRestarted()]
    assert events.count(StreamRestarted()) == 1


async def test_the_back_off_doubles_from_one_second_to_thirty() -> None:
    """Ten tries, the longest waits that full jitter allows."""
    time, model = Time(), ScriptedModel("a", *[(DOWN,)] * 10)
    with pytest.raises(ModelUnavailable, match="down"):
        await read(time.chain(model))
    assert model.calls == 10
    assert time.waits == [1, 2, 4, 8, 16, 30, 30, 30, 30]


async def test_the_jitter_is_full() -> None:
    """A wait may be anything from nothing on."""
    time, model = Time(jitter=0.25), ScriptedModel("a", (DOWN,), (DOWN,), ("hi",))
    await read(time.chain(model))
    assert time.waits == [0.25, 0.5]
    time, model = Time(jitter=0.0), ScriptedModel("a", (DOWN,), ("hi",))
    await read(time.chain(model))
    assert time.waits == []


async def test_tries_are_counted_over_the_whole_chain() -> None:
    """Not for each model."""
    first, second = ScriptedModel("a", *[(DOWN,)] * 10), ScriptedModel("b", *[(DOWN,)] * 10)
    with pytest.raises(ModelUnavailable):
        await read(Time().chain(first, second, tries=5))
    assert (first.calls, second.calls) == (3, 2)


async def test_retry_after_is_a_floor() -> None:
    """However short the back-off would be."""
    time, model = Time(jitter=0.0), ScriptedModel("a", (busy(17),), ("hi",))
    await read(time.chain(model))
    assert time.waits == [17]


async def test_a_model_is_left_alone_for_as_long_as_it_asks() -> None:
    """The others go on meanwhile, and it takes its turn again afterwards."""
    time = Time(jitter=1.0)
    first = ScriptedModel("a", (busy(2.5),), ("hi",))
    second = ScriptedModel("b", (DOWN,), (DOWN,))
    events = await read(time.chain(first, second))
    assert events[-1] == ModelAnswer(text="hi", model="a")
    assert (time.waits, second.calls) == ([1, 2], 2)


async def test_a_long_wait_is_not_slept_through() -> None:
    """The task is parked for as long as the server asks."""
    time, model = Time(), ScriptedModel("a", (busy(61),))
    with pytest.raises(ModelUnavailable) as caught:
        await read(time.chain(model))
    assert caught.value.retry_after == timedelta(seconds=61)
    assert time.waits == []


async def test_giving_up_names_the_last_reason_and_a_time_to_come_back() -> None:
    """Not at once, as the chain has just been tried."""
    model = ScriptedModel("a", (busy(3),), (DOWN,))
    with pytest.raises(ModelUnavailable, match="down") as caught:
        await read(Time().chain(model, tries=2))
    assert caught.value.retry_after == timedelta(minutes=1)


async def test_a_rejection_asks_the_next_model_at_once_and_the_first_never_again() -> None:
    """A wrong key stays wrong during a call."""
    time, first = Time(), ScriptedModel("a", (ModelRejected("no key"),))
    events = await read(time.chain(first, ScriptedModel("b", (DOWN,), ("hi",))))
    assert events[-1] == ModelAnswer(text="hi", model="b")
    assert (first.calls, time.waits) == (1, [1])


async def test_a_rejection_by_all_is_raised() -> None:
    """Waiting would not help."""
    models = [ScriptedModel(name, (ModelRejected(f"no {name}"),)) for name in "ab"]
    with pytest.raises(ModelRejected, match="no b"):
        await read(Time().chain(*models))


async def test_an_overflow_is_for_the_caller() -> None:
    """The transcript must be shortened; no other model is asked."""
    first = ScriptedModel("a", (ContextOverflow("too long"),))
    with pytest.raises(ContextOverflow):
        await read(Time().chain(first, ScriptedModel("b")))
    assert first.calls == 1


async def test_closing_the_chain_closes_the_model_that_speaks() -> None:
    """Nothing goes on behind a reader that has left."""
    model = ScriptedModel("a", ("one", "two"))
    async with aclosing(Time().chain(model).stream(REQUEST)) as events:
        await anext(events)
        assert model.closed == 0
    assert model.closed == 1


@pytest.mark.parametrize(("models", "tries"), [(0, 10), (1, 0)])
def test_a_chain_needs_a_model_and_a_try(models: int, tries: int) -> None:
    """Found when it is built, not when it is asked."""
    with pytest.raises(ValueError, match="at least one"):
        FallbackModel([ScriptedModel("a")] * models, tries=tries)
