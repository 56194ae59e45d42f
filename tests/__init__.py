"""The tests: about behaviour, on real input."""
