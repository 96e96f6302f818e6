"""The chat: a Textual front end that draws the same events that `ask` prints."""
