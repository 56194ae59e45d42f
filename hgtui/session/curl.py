"""A request as a curl command that a person can run: the key stands in it as a variable of the shell, never as itself."""

import json
import shlex
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from hgtui.core.ports import ArtifactStore
from hgtui.core.text import one_line

ROUTERS = ("router.huggingface.co",)
_PICTURE = "data:{media_type};base64,(the {size} bytes with SHA-256 {sha256})"


def curl_of_llm(base_url: str, request: Mapping[str, Any], hub: str = "") -> str:
    """Return the command for a chat; `hub` is the host and port of the Hub's router, whose key is the token."""
    key = _key(base_url, hub)
    body = {**request, "messages": [_message(one) for one in request["messages"]]}
    return _curl(f"{base_url.rstrip('/')}/chat/completions", key, ["-d", _json(body)])


def curl_of_hub(request: Mapping[str, Any], artifacts: ArtifactStore) -> str:
    """Return the command for a request to a provider; a file that was sent is named where it is kept."""
    headers = {name.lower(): value for name, value in request.get("headers", {}).items()}
    data, kind = request.get("data"), headers.get("content-type", "application/json")
    if data is None:
        body = ["-d", _json(request.get("json"))]
    else:
        kind = data.get("media_type") or headers.get("content-type", "application/octet-stream")
        body = ["--data-binary", f"@{_file(data['sha256'], artifacts)}"]
    return _curl(str(request["url"]), "HF_TOKEN", body, one_line(kind, 100))


def curl_of_listing(requests: Iterable[Mapping[str, Any]]) -> str:
    """Return the commands for what was asked of the Hub's API, one below the other; none for what was kept."""
    asked = [str(one["url"]) for one in requests if "url" in one]
    return "\n".join(
        f'curl -sSL {shlex.quote(one_line(url, 2_000))} \\\n  -H "Authorization: Bearer $HF_TOKEN"' for url in asked
    )


def curl_of_media(request: Mapping[str, Any], artifacts: ArtifactStore, hub: str = "") -> str:
    """Return the command for a request to a media route; a file that was sent is named where it is kept."""
    url = str(request["url"])
    if "form" not in request:
        command = _curl(url, _key(url, hub), ["-d", _json(request["json"])])
        return f"{command} \\\n  -o speech.{request['json']['response_format']}" if url.endswith("/speech") else command
    parts = {
        name: f"@{_file(part['sha256'], artifacts)};filename={part['filename']}" if isinstance(part, Mapping) else part
        for name, part in request["form"].items()
    }
    lines = [f"curl -sS {shlex.quote(one_line(url, 2_000))}", f'-H "Authorization: Bearer ${_key(url, hub)}"']
    lines += [f"-F {shlex.quote(one_line(f'{name}={part}', 2_000))}" for name, part in parts.items()]
    return " \\\n  ".join(lines)


def _key(url: str, hub: str) -> str:
    """Return the variable with the key of a server; `hub` is the host and port of the Hub's router."""
    place = urlsplit(url).netloc.rpartition("@")[2]
    return "HF_TOKEN" if place in {*ROUTERS, hub} - {""} else "OPENAI_API_KEY"


def _curl(url: str, key: str, body: list[str], kind: str = "application/json") -> str:
    lines = [
        f"curl -sS {shlex.quote(one_line(url, 2_000))}",
        f'-H "Authorization: Bearer ${key}"',
        f"-H {shlex.quote(f'Content-Type: {kind}')}",
        " ".join([body[0], shlex.quote(body[1])]),
    ]
    return " \\\n  ".join(lines)


def _json(value: Any) -> str:
    # ASCII: no character in it can do anything to a terminal that it is pasted into.
    return json.dumps(value, ensure_ascii=True)


def _message(message: Mapping[str, Any]) -> Mapping[str, Any]:
    content = message["content"]
    if isinstance(content, str):
        return message
    return {**message, "content": [_part(one) for one in content]}


def _part(part: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a part as it is sent; of a picture only the digest is kept."""
    if part.get("type") != "image":
        return part
    return {"type": "image_url", "image_url": {"url": _PICTURE.format(**part)}}


def _file(digest: str, artifacts: ArtifactStore) -> str:
    try:
        return str(artifacts.path(digest))
    except (KeyError, ValueError):
        return f"(the file with SHA-256 {one_line(digest, 64)})"
