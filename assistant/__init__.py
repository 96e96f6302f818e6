"""A question-answering assistant for a person's own documents: offline, quoted, checked."""

__version__ = "0.1.0"
