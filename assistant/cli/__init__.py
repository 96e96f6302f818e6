"""The command line: it reads arguments, consumes events and prints; nothing is decided here."""
