"""`python -m tests.servers.hub`."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import httpx2

ROOT = Path(__file__).parents[3]
COMMAND = (sys.executable, "-m", "tests.servers.hub")


async def test_it_prints_what_to_export_and_fails_where_it_is_told_to() -> None:
    server = await asyncio.create_subprocess_exec(
        *COMMAND, "--fault", "listing=500:2", "--fault", "whoami=402", cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert server.stdout is not None
    said = dict(word.split("=", 1) for word in (await server.stdout.readline()).decode().split()[1:])
    assert set(said) == {"HF_ENDPOINT", "HGTUI_ROUTER_URL", "HF_TOKEN"}
    async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {said['HF_TOKEN']}"}) as client:
        codes = [(await client.get(f"{said['HF_ENDPOINT']}/api/models")).status_code for _ in range(3)]
        assert codes == [200, 500, 200]
        assert (await client.get(f"{said['HF_ENDPOINT']}/api/whoami-v2")).status_code == 402
        routed = (await client.get(f"{said['HGTUI_ROUTER_URL']}/v1/models")).json()
        assert "Qwen/Qwen3-8B" in [row["id"] for row in routed["data"]]
    server.send_signal(signal.SIGINT)
    assert await server.wait() == 0


async def test_a_fault_that_there_is_not_is_told_with_those_that_there_are() -> None:
    server = await asyncio.create_subprocess_exec(
        *COMMAND, "--fault", "listing=nonsense", cwd=ROOT, env=dict(os.environ), stderr=asyncio.subprocess.PIPE
    )
    _, said = await server.communicate()
    assert server.returncode == 1 and b"There is no fault 'nonsense'. There are: loading, 429" in said
