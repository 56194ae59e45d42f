"""Tests of the Hub's room."""
