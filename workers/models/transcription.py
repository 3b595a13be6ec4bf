"""Turns spoken words into text, by any server that speaks OpenAI's transcription API."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx2
from aiohttp import ClientError
from openai import OpenAIError

from workers.models.client import openai_client
from workers.models.errors import ModelUnavailable
from workers.models.openai_errors import clipped, model_error
from workers.models.wellformed import well_formed


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechModel:
    """Which model listens, and where; `timeout` is for the whole call."""

    name: str
    api_key: str
    base_url: str
    timeout: timedelta


async def transcribe(model: SpeechModel, path: Path) -> str:
    """Return what is said in a sound file; asks once.

    https://platform.openai.com/docs/api-reference/audio/createTranscription

    Raises:
        ModelError: there is no transcript; the text says why.
        OSError: the file can't be read.
    """
    seconds = model.timeout.total_seconds()
    async with openai_client(api_key=model.api_key, base_url=model.base_url) as client:
        try:
            async with asyncio.timeout(seconds):
                heard = await client.audio.transcriptions.create(
                    file=path, model=model.name, response_format="json", timeout=None
                )
        except TimeoutError as error:
            raise ModelUnavailable(f"no transcript came within {seconds:g} s") from error
        except OpenAIError as error:
            raise model_error(error) from error
        except (httpx2.HTTPError, ClientError) as error:
            raise ModelUnavailable(f"the connection broke: {type(error).__name__}") from error
        except ValueError as error:
            raise ModelUnavailable(f"the answer is no JSON: {clipped(str(error))}") from error
    if not isinstance(text := getattr(heard, "text", None), str):
        raise ModelUnavailable("the answer holds no text")
    return well_formed(text).strip()
