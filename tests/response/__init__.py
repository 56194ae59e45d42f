"""Tests of hgtui.response."""
