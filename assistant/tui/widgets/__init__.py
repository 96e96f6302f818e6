"""Widgets: parts of a screen."""
