"""Providers that give a number first and the result later: fal's queue, wavespeed, together's videos, zai-org."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.servers.hub.made import Made, as_json, refusal
from tests.servers.hub.providers import Keep, Wanted, fal, file


@dataclass
class Job:
    """`left` polls say that it is not done; `result` is what the one after them is told."""

    provider: str
    app: str
    left: int
    result: Mapping[str, Any]

    def polled(self) -> bool:
        """Count a poll; True where the job is done."""
        self.left -= 1
        return self.left < 0


class Queues:
    """The jobs of all providers. `polls` is the number of the poll at which a job is done; 0: it is done at once."""

    def __init__(self, polls: int, keep: Keep) -> None:
        self.polls, self._keep = polls, keep
        self._jobs: dict[str, Job] = {}

    def _new(self, provider: str, app: str, result: Mapping[str, Any]) -> str:
        name = f"job-{len(self._jobs) + 1}"
        self._jobs[name] = Job(provider, app, self.polls - 1, result)
        return name

    @property
    def _at_once(self) -> bool:
        return self.polls == 0

    def fal(self, wanted: Wanted, provider_id: str) -> Made:
        app = "/".join(provider_id.split("/")[:2])
        name = self._new("fal-ai", app, fal(wanted, self._keep))
        return as_json(self._fal_state(name, "COMPLETED" if self._at_once else "IN_QUEUE"))

    def _fal_state(self, name: str, status: str) -> dict[str, Any]:
        url = f"https://queue.fal.run/{self._jobs[name].app}/requests/{name}"
        addresses = {"response_url": url, "status_url": f"{url}/status", "cancel_url": f"{url}/cancel"}
        return {"status": status, "request_id": name, "queue_position": 0, **addresses}

    def wavespeed(self, wanted: Wanted, provider_id: str) -> Made:
        name = self._new("wavespeed", provider_id, {"outputs": [self._keep(*file(wanted))]})
        urls = {"get": f"https://api.wavespeed.ai/api/v3/predictions/{name}/result"}
        data = {"id": name, "model": provider_id, "outputs": [], "urls": urls, "status": "created"}
        return as_json({"code": 200, "message": "success", "data": data})

    def together(self, wanted: Wanted, provider_id: str) -> Made:
        name = self._new("together", provider_id, {"outputs": {"video_url": self._keep(*file(wanted))}})
        return as_json(self._together_state(name, done=self._at_once))

    def _together_state(self, name: str, *, done: bool) -> dict[str, Any]:
        job = self._jobs[name]
        head = {"id": name, "object": "video", "model": job.app, "status": "completed" if done else "in_progress"}
        return {**head, **(job.result if done else {})}

    def zai(self, wanted: Wanted, provider_id: str) -> Made:
        result = {"image_result": [{"url": self._keep(*file(wanted))}]}
        name = self._new("zai-org", provider_id, result)
        state = {"task_status": "SUCCESS", **result} if self._at_once else {"task_status": "PROCESSING"}
        return as_json({"id": name, "request_id": name, "model": provider_id, **state})

    def polled(self, provider: str, name: str, *, result: bool) -> Made:
        """The state of a job, or for fal also its result."""
        job = self._jobs.get(name)
        if job is None or job.provider != provider:
            return refusal(404, "Request not found")
        tell: dict[str, Callable[[], Made]] = {
            "fal-ai": lambda: self._fal_polled(name, job, result=result),
            "wavespeed": lambda: self._wavespeed_polled(name, job),
            "together": lambda: as_json(self._together_state(name, done=job.polled())),
            "zai-org": lambda: as_json(
                {"id": name, "task_status": "SUCCESS", **job.result}
                if job.polled()
                else {"id": name, "task_status": "PROCESSING"}
            ),
        }
        return tell[provider]()

    def _fal_polled(self, name: str, job: Job, *, result: bool) -> Made:
        if result:
            return as_json(job.result)
        done = job.polled()
        return as_json(self._fal_state(name, "COMPLETED" if done else "IN_PROGRESS"), 200 if done else 202)

    def _wavespeed_polled(self, name: str, job: Job) -> Made:
        state = {"status": "completed", **job.result} if job.polled() else {"status": "processing", "outputs": []}
        return as_json({"code": 200, "message": "success", "data": {"id": name, "model": job.app, **state}})
