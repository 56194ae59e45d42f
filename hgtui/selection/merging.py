"""Several streams as one, each item as soon as it comes."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Iterable
from typing import TypeVar

T = TypeVar("T")


async def merged(streams: Iterable[AsyncGenerator[T, None]]) -> AsyncGenerator[T, None]:
    """Run the streams at once and yield what each gives; what one raises is raised, and the others are closed."""
    queue: asyncio.Queue[tuple[T] | BaseException | None] = asyncio.Queue()

    async def drain(stream: AsyncGenerator[T, None]) -> None:
        try:
            async with contextlib.aclosing(stream):
                async for item in stream:
                    queue.put_nowait((item,))
            queue.put_nowait(None)
        except Exception as error:  # handed to the one who reads, who raises it
            queue.put_nowait(error)

    tasks = [asyncio.create_task(drain(stream)) for stream in streams]
    left = len(tasks)
    try:
        while left:
            item = await queue.get()
            if item is None:
                left -= 1
            elif isinstance(item, BaseException):
                raise item
            else:
                yield item[0]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
