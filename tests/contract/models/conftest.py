"""The adapters that the suite runs over."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest

from tests.contract.models.reading import LONG, Connect, HasBaseUrl
from tests.doubles.model_reply import Api
from workers.models.chat import ChatModel
from workers.models.client import openai_client
from workers.models.protocol import Model
from workers.models.responses import ResponsesModel


@pytest.fixture(params=[Api.RESPONSES, Api.CHAT], ids=["responses", "chat"])
def api(request: pytest.FixtureRequest) -> Api:
    """Each API in turn."""
    return Api(request.param)


@pytest.fixture
async def connect(api: Api) -> AsyncIterator[Connect]:
    """Make adapters for that API, whose clients are closed in the end."""
    async with AsyncExitStack() as stack:

        def make(server: HasBaseUrl, timeout: timedelta = LONG) -> Model:
            client = openai_client(api_key="sk-test", base_url=server.base_url)
            stack.push_async_callback(client.close)
            eager = client.with_options(max_retries=3)  # the adapters must not let it
            if api is Api.CHAT:
                return ChatModel(eager, "test-model", timeout=timeout)
            return ResponsesModel(eager, "test-model", timeout=timeout)

        yield make
