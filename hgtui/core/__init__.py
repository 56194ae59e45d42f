"""The nouns that every room shares: pure values, no I/O, no clock, no asyncio."""
