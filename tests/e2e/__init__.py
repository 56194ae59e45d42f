"""Whole requests on real input, in a real process, with no key and no network."""
