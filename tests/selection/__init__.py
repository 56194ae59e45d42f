"""Tests of hgtui.selection."""
