"""The floor of the chat benchmarks: the script one would write without a gateway.

It polls with aiogram, asks the model with openai, and answers; no queue, no storage. Run it with
`BOT_TOKEN`, `BOT_API`, `OPENAI_API_KEY` and `OPENAI_BASE_URL` set.
"""

import asyncio
import os

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import Message
from openai import AsyncOpenAI

MODEL = "double"


async def main() -> None:
    """Answer every message with what the model says, until the process is stopped."""
    client = AsyncOpenAI()
    api = TelegramAPIServer.from_base(os.environ["BOT_API"])
    bot = Bot(os.environ["BOT_TOKEN"], session=AiohttpSession(api=api))
    dispatcher = Dispatcher()

    @dispatcher.message()
    async def answer(message: Message) -> None:
        completion = await client.chat.completions.create(
            model=MODEL, messages=[{"role": "user", "content": message.text or ""}]
        )
        await message.answer(completion.choices[0].message.content or "")

    await dispatcher.start_polling(bot)


if __name__ == "__main__":
    asyncio.run(main())
