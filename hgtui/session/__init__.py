"""The session: one request from its words to its answer, each step an event in a journal on disk."""
