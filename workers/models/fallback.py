"""A chain of models that behaves as one, and the only place where a model call is tried again."""

import asyncio
import random as chance
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing

import structlog

from workers.models.errors import ModelRejected, ModelUnavailable
from workers.models.protocol import Model, ModelEvent, ModelRequest, StreamRestarted, TextDelta
from workers.models.retry import ChainState

logger = structlog.get_logger(__name__)


class FallbackModel:
    """Asks the models of a chain in order until one answers, `tries` times in all.

    A passing trouble moves on to the next model at once and waits only after a whole round; a
    rejecting model is left out for the rest of the call. When nothing helps, the newest trouble
    is raised with the time at which another call is worth it. A transcript that is too long for
    the model whose turn it is is the caller's to shorten: `ContextOverflow` passes through.
    """

    def __init__(
        self,
        models: Sequence[Model],
        *,
        tries: int = 10,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        random: Callable[[], float] = chance.random,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        if not models or tries < 1:
            raise ValueError("a chain needs at least one model and one try")
        self.name = models[0].name
        self._models = tuple(models)
        self._tries = tries
        self._sleep = sleep
        self._random = random
        self._monotonic = monotonic

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        """See `Model.stream`; a new try after text was shown begins with `StreamRestarted`."""
        state = ChainState.start(len(self._models), self._tries)
        while True:
            decision = state.decide(self._monotonic(), self._random())
            if decision.error is not None:
                raise decision.error
            if decision.wait_s:
                await self._sleep(decision.wait_s)
            state = state.begin(decision)
            model = self._models[decision.model]
            has_spoken = False
            try:
                async with aclosing(model.stream(request)) as events:
                    async for event in events:
                        has_spoken = has_spoken or isinstance(event, TextDelta)
                        yield event
            except ModelUnavailable as trouble:
                _log(model, state, trouble)
                state = state.failed(decision.model, trouble, self._monotonic())
            except ModelRejected as rejection:
                _log(model, state, rejection)
                state = state.rejected(decision.model, rejection)
            else:
                return
            if has_spoken:
                yield StreamRestarted()


def _log(model: Model, state: ChainState, error: Exception) -> None:
    logger.warning(
        "model_try_failed", model=model.name, tries_left=state.tries_left, reason=str(error)
    )
