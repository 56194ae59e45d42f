"""The controller LLM as an endpoint: what it can do itself, by chat and by the speech and picture routes of its server."""
