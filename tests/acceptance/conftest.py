"""One running gateway for each module, since starting one takes seconds."""

from collections.abc import AsyncIterator, Mapping

import pytest
import pytest_asyncio

from tests.acceptance.scene import Chat, Scene, opened


@pytest.fixture(scope="module")
def settings() -> Mapping[str, str]:
    """Return what a module's gateway is told besides the usual; modules override it."""
    return {}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(
    tmp_path_factory: pytest.TempPathFactory, settings: Mapping[str, str]
) -> AsyncIterator[Scene]:
    """Start the gateway that a module's tests share; each uses a chat of its own."""
    async with opened(tmp_path_factory.mktemp("scene") / "data", settings) as scene:
        yield scene


@pytest.fixture
def chat(scene: Scene) -> Chat:
    """Return the chat of somebody who is let in and has not written yet."""
    return scene.member()
