"""Loopback servers that speak the real wire formats, with faults on demand."""
