"""The other providers where one request has one answer: OpenAI's forms, pictures and sounds by base64 or by address."""

import email
import email.policy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.servers import wire
from tests.servers.exchange import Request
from tests.servers.hub import made
from tests.servers.hub.made import Made, Wrong, as_json, from_b64
from tests.servers.hub.senses import heard
from tests.servers.hub.tasks import continued, vector

PATHS = {
    "together": {
        "/v1/completions": "text-generation", "/v1/images/generations": "text-to-image",
        "/v1/audio/speech": "text-to-speech", "/v1/embeddings": "feature-extraction",
    },
    "deepinfra": {
        "/v1/openai/completions": "text-generation", "/v1/openai/audio/transcriptions": "automatic-speech-recognition",
        "/v1/openai/audio/speech": "text-to-speech", "/v1/openai/embeddings": "feature-extraction",
    },
    "novita": {"/v3/openai/completions": "text-generation"},
    "featherless-ai": {"/v1/completions": "text-generation"},
    "nscale": {"/v1/images/generations": "text-to-image"},
    "scaleway": {"/v1/embeddings": "feature-extraction"},
}  # fmt: skip
"""Path below the provider's name: the task. An image route with a picture in the body is image-to-image."""

Keep = Callable[[bytes, str], str]
"""Keeps a file (its bytes and its media type) and gives the URL that the answer names."""


@dataclass(frozen=True)
class Wanted:
    """What was asked of a provider, in its own fields."""

    task: str
    body: Mapping[str, Any]

    @property
    def said(self) -> str:
        fields = (self.body.get(name) for name in ("prompt", "input", "text"))
        return next((said for said in fields if isinstance(said, str)), "")

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height in pixels, in whichever of the providers' ways they were given."""
        for name in ("image_size", "target_size"):
            if isinstance(given := self.body.get(name), Mapping):
                return given["width"], given["height"]
        if "width" in self.body:
            return self.body["width"], self.body["height"]
        if isinstance(given := self.body.get("size"), str):
            wide, _, high = given.partition("x")
            return int(wide), int(high)
        return None

    @property
    def picture(self) -> bytes | None:
        """The picture that was sent; of one that was named by its address, a grey one."""
        for name in ("image_url", "image", "input_image"):
            if url := self.body.get(name):
                break
        else:
            urls = self.body.get("reference_images") or [
                frame["input_image"] for frame in self.body.get("frame_images", ())
            ]
            url = urls[0] if urls else None
        if url is None:
            return None
        return made.picture(said=url) if url.startswith("http") else from_b64(url)

    @property
    def sound(self) -> bytes:
        url = self.body.get("audio_url") or self.body.get("audio")
        return from_b64(url)


def file(wanted: Wanted) -> tuple[bytes, str]:
    """The file that a task makes, and its media type."""
    if wanted.task in ("text-to-image", "image-to-image", "image-segmentation"):
        source = wanted.picture
        if wanted.task == "image-segmentation" and source is not None:
            return made.mask(*made.size_of(source)), "image/png"
        if source is None:
            return made.picture(*(wanted.size or (64, 48)), said=wanted.said), "image/png"
        return made.changed(source, wanted.said, wanted.size), "image/png"
    if wanted.task == "text-to-speech":
        return made.spoken(wanted.said), "audio/wav"
    if wanted.task == "image-to-video":
        width, height = made.size_of(wanted.picture or b"")
        return made.video(f"{wanted.said} from {width} x {height}"), "video/mp4"
    return made.video(wanted.said), "video/mp4"


def openai(wanted: Wanted, request: Request) -> Made:
    """The providers that speak OpenAI's forms."""
    if wanted.task == "text-generation":
        choice = {"index": 0, "text": continued(wanted.said), "finish_reason": "stop", "seed": 1}
        return as_json({"id": "cmpl-1", "object": "text_completion", "choices": [choice], "usage": wire.usage(1, 1)})
    if wanted.task in ("text-to-image", "image-to-image"):
        row = {"index": 0, "b64_json": made.b64(file(wanted)[0])}
        return as_json({"id": "img-1", "object": "list", "data": [row]})
    if wanted.task == "text-to-speech":
        return Made(*file(wanted))
    if wanted.task == "feature-extraction":
        texts = wanted.body["input"] if isinstance(wanted.body["input"], list) else [wanted.body["input"]]
        rows = [{"object": "embedding", "index": i, "embedding": vector(text)} for i, text in enumerate(texts)]
        return as_json({"object": "list", "data": rows, "usage": {"prompt_tokens": 1, "total_tokens": 1}})
    text = heard(form(request)["file"])
    segment = {"id": 0, "start": 0.0, "end": 1.0, "text": text}
    return as_json({"text": text, "segments": [segment], "language": "en"})


def form(request: Request) -> dict[str, bytes]:
    """The fields of a multipart body."""
    head = f"content-type: {request.headers['content-type']}\r\n\r\n".encode()
    message = email.message_from_bytes(head + request.raw, policy=email.policy.HTTP)
    if not message.is_multipart():
        raise Wrong("a multipart body is wanted")
    return {
        str(part.get_param("name", header="content-disposition")): bytes(part.get_payload(decode=True) or b"")
        for part in message.iter_parts()
    }


def fal(wanted: Wanted, keep: Keep) -> dict[str, Any]:
    """What fal writes for a finished task, at once or at the end of its queue."""
    if wanted.task == "automatic-speech-recognition":
        return {"text": heard(wanted.sound), "chunks": []}
    data, media_type = file(wanted)
    if wanted.task == "image-segmentation" and wanted.body.get("sync_mode"):
        return {"image": {"url": f"data:image/png;base64,{made.b64(data)}", "content_type": media_type}}
    row = {"url": keep(data, media_type), "content_type": media_type, "file_size": len(data)}
    if wanted.task in ("text-to-image", "image-to-image"):
        return {"images": [row], "seed": 1, "prompt": wanted.said}
    return {"audio" if wanted.task == "text-to-speech" else "video": row, "seed": 1}


def replicate(wanted: Wanted, model: str, keep: Keep) -> Made:
    """A prediction that was waited for (Prefer: wait)."""
    output: Any
    if wanted.task == "automatic-speech-recognition":
        output = {"transcription": heard(wanted.sound), "detected_language": "english"}
    else:
        url = keep(*file(wanted))
        output = [url] if wanted.task == "text-to-image" else url
    body = {"id": "p1", "model": model, "status": "succeeded", "error": None, "logs": "", "output": output}
    return as_json(body, 201)
