"""Tests of hgtui.llm: the real openai client against a real server on loopback."""
