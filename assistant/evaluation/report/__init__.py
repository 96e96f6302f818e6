"""A scored run as one self-contained page: `render` makes it, `write_report` writes it."""

from assistant.evaluation.report.page import render, write_report

__all__ = ["render", "write_report"]
