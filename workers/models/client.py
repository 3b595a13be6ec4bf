"""Makes the client of the openai package that the adapters share."""

import httpx2
from openai import AsyncOpenAI, DefaultAioHttpClient

# People write minutes apart; with the usual 5 s each message would pay for a new TLS handshake.
_KEEPALIVE_S = 30.0
_MAX_CONNECTIONS = 100


def openai_client(*, api_key: str, base_url: str | None = None) -> AsyncOpenAI:
    """Return a client that never tries again by itself; the caller closes it.

    Its transport is aiohttp's (measured: a fifth to a quarter less CPU a call than httpx's own).
    Without `base_url` it is `OPENAI_BASE_URL`, or the public server, as the package reads it.
    """
    limits = httpx2.Limits(
        max_connections=_MAX_CONNECTIONS,
        max_keepalive_connections=_MAX_CONNECTIONS,
        keepalive_expiry=_KEEPALIVE_S,
    )
    return AsyncOpenAI(
        api_key=api_key,
        base_url=base_url,
        max_retries=0,
        http_client=DefaultAioHttpClient(limits=limits),
    )
