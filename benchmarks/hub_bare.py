"""The calls of benchmarks.hub made by the clients alone: what openai and huggingface_hub take for them on this machine.

One call to plan, one for every four tasks to choose, an inference for each task at once, one to answer; with everything of
the Hub known before. No plan is read, nothing is kept, nobody is asked: a program that makes these calls with these clients,
as their documentation has it, takes so long. The servers are those of benchmarks.hub, in another process.
"""

import asyncio
import base64
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.bounds import FIRST_S, RUNS, WORK_S, reply_of
from benchmarks.prompts import SHAPES
from hgtui.core.states import Stage
from tests.inputs import draw_page
from tests.servers.hub import TOKEN
from tests.session.llm_stage import STAGES

MODEL = "organisation/image-to-text-model-1"
INDEPENDENT = ("one task", "8 independent", "30 independent")
SYSTEM = next(name for name, stage in STAGES.items() if stage is Stage.RESPONSE)


def picture() -> str:
    """Return the picture of benchmarks.hub as a data URL."""
    with tempfile.TemporaryDirectory() as folder:
        draw_page(Path(folder) / "page.png", "The meeting is moved")
        data = base64.b64encode((Path(folder) / "page.png").read_bytes()).decode()
    return f"data:image/png;base64,{data}"


async def ask(llm: Any, characters: int) -> None:
    """Stream one reply to a prompt of so many characters."""
    messages = [{"role": "system", "content": f"{SYSTEM}: "}, {"role": "user", "content": "x" * characters}]
    async for _ in await llm.chat.completions.create(model="m", messages=messages, stream=True):
        pass


async def infer(hub: str, url: str) -> None:
    """Have a picture described by one model of the Hub."""
    from huggingface_hub import AsyncInferenceClient

    parts = [{"type": "image_url", "image_url": {"url": url}}, {"type": "text", "text": "What is on it?"}]
    async with AsyncInferenceClient(base_url=f"{hub}/hf-inference/models/{MODEL}/v1", api_key=TOKEN) as client:
        await client.chat_completion(messages=[{"role": "user", "content": parts}], model=MODEL)


async def run(servers: dict[str, Any], tasks: int, url: str) -> float:
    """Return the seconds that the calls of so many independent tasks take."""
    import openai

    async with openai.AsyncOpenAI(base_url=servers["llm"], api_key="none") as llm:
        begun = time.perf_counter()
        await ask(llm, 4000)
        await asyncio.gather(*(ask(llm, 4000) for _ in range(-(-tasks // 4))))
        await asyncio.gather(*(infer(servers["hub"], url) for _ in range(tasks)))
        await ask(llm, 3000)
        return time.perf_counter() - begun


async def main() -> None:
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.hub_servers", stdin=pipe, stdout=pipe, limit=1 << 20
    )
    assert child.stdin is not None and child.stdout is not None
    url, ideal = picture(), 3 * FIRST_S + WORK_S
    print(f"{'shape':16}{'wall':>9}{'ideal':>8}{'ratio':>7}")
    for name in INDEPENDENT:
        child.stdin.write(json.dumps({"planning": reply_of(SHAPES[name])}).encode() + b"\n")
        servers: dict[str, Any] = json.loads(await child.stdout.readline())
        took = statistics.median([await run(servers, len(SHAPES[name]), url) for _ in range(RUNS + 1)][1:])
        print(f"{name:16}{took:8.3f}s{ideal:7.2f}s{took / ideal:7.3f}")
    child.stdin.close()
    await child.wait()


if __name__ == "__main__":
    asyncio.run(main())
