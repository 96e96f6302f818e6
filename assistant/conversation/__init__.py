"""Turns of a conversation and how a follow-up is understood."""
