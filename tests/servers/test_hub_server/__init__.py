"""The real client of the Hub against the loopback Hub."""
