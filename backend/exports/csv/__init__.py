"""Comma-separated values that no spreadsheet takes for formulas (core/spreadsheets.py)."""

from backend.core.spreadsheets import CONTENT_TYPE, as_csv

__all__ = ["CONTENT_TYPE", "NAME", "write"]

NAME = "csv"
write = as_csv
