"""The models of this gateway: made once each, loaded when they are first needed."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace

from workers.models.protocol import Model, ModelEvent, ModelRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedModel:
    """A model and what closes its connections."""

    model: Model
    close: Callable[[], Awaitable[None]]


class LateModel:
    """A model whose client library is imported, in a thread, when it is first needed.

    `max_output_tokens` bounds the answers to requests that name no bound of their own.
    """

    def __init__(
        self,
        name: str,
        load: Callable[[], LoadedModel],
        *,
        max_output_tokens: int | None = None,
    ) -> None:
        self.name = name
        self._max_output_tokens = max_output_tokens
        self._load = load
        self._loading = asyncio.Lock()
        self._loaded: LoadedModel | None = None

    async def ready(self) -> Model:
        """Return the model, loaded now if it is not; raises `ImportError`."""
        async with self._loading:
            if self._loaded is None:
                self._loaded = await asyncio.to_thread(self._load)
            return self._loaded.model

    async def aclose(self) -> None:
        """Close the connections, if there are any."""
        if self._loaded is not None:
            await self._loaded.close()

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        """See `Model.stream`."""
        model = self._loaded.model if self._loaded else await self.ready()
        bounded = replace(
            request, max_output_tokens=request.max_output_tokens or self._max_output_tokens
        )
        async with aclosing(model.stream(bounded)) as events:
            async for event in events:
                yield event


class ModelShelf:
    """Hands out models by name; the empty name means the gateway's own choice.

    `check` says why a model of that name cannot be called, or nothing.
    """

    def __init__(
        self, default: str, make: Callable[[str], Model], check: Callable[[str], str]
    ) -> None:
        self.default = default
        self._make = make
        self._check = check
        self._models: dict[str, Model] = {}

    def __call__(self, name: str) -> Model:
        """Return the model of that name."""
        wanted = name or self.default
        if wanted not in self._models:
            self._models[wanted] = self._make(wanted)
        return self._models[wanted]

    def trouble(self, name: str) -> str:
        """Say why the model of that name cannot be called; empty where it can."""
        return self._check(name or self.default)

    async def ready(self) -> None:
        """Load the gateway's own choice."""
        model = self("")
        if isinstance(model, LateModel):
            await model.ready()

    async def aclose(self) -> None:
        """Close the connections of all models."""
        for model in self._models.values():
            if isinstance(model, LateModel):
                await model.aclose()
