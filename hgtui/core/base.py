"""What every value of the core has in common: frozen, strict about its fields, serialisable to canonical JSON."""

import hashlib
import json
from typing import Any

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """A frozen value. `defer_build` keeps the import of the core cheap: a validator is built when it is first used."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True, ser_json_inf_nan="null")


def canonical(data: Any) -> str:
    """Return JSON text that is the same for equal data: keys sorted, no blanks, no ASCII escapes."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest(data: Any) -> str:
    """Return the SHA-256, in hexadecimal, of the canonical JSON of `data`."""
    return hashlib.sha256(canonical(data).encode("utf-8", "surrogatepass")).hexdigest()
