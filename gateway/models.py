"""The models of this gateway: made once each, loaded when they are first needed."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from workers.models.protocol import Model, ModelEvent, ModelRequest


class LateModel:
    """A model whose client library is imported, in a thread, when it is first needed."""

    def __init__(self, name: str, load: Callable[[], Model]) -> None:
        self.name = name
        self._load = load
        self._loading = asyncio.Lock()
        self._model: Model | None = None

    async def ready(self) -> Model:
        """Return the model, loaded now if it is not; raises `ImportError`."""
        async with self._loading:
            if self._model is None:
                self._model = await asyncio.to_thread(self._load)
            return self._model

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        """See `Model.stream`."""
        model = self._model or await self.ready()
        async with aclosing(model.stream(request)) as events:
            async for event in events:
                yield event


class ModelShelf:
    """Hands out models by name; the empty name means the gateway's own choice."""

    def __init__(self, default: str, make: Callable[[str], Model]) -> None:
        self.default = default
        self._make = make
        self._models: dict[str, Model] = {}

    def __call__(self, name: str) -> Model:
        """Return the model of that name."""
        wanted = name or self.default
        if wanted not in self._models:
            self._models[wanted] = self._make(wanted)
        return self._models[wanted]
