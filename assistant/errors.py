"""Errors as types that carry one sentence and its remedy."""


class AssistantError(Exception):
    """An error that a person can act on.

    `message` is one plain sentence of what happened; `remedy` is what to do about it, or empty.
    The edges (command line, chat) print both and nothing else.
    """

    def __init__(self, message: str, remedy: str = "") -> None:
        self.message = message
        self.remedy = remedy
        super().__init__(f"{message} {remedy}".strip())


class DocumentError(AssistantError):
    """A file that cannot be read as a document."""


class LibraryError(AssistantError):
    """A library that cannot be opened, read or written."""


class PassageError(LibraryError):
    """A passage that the library does not hold."""


class QuestionError(AssistantError):
    """A question that cannot be asked as it stands."""


class WeightsError(AssistantError):
    """Model weights that are missing or are not the ones the catalogue names."""


class EngineError(AssistantError):
    """A model that does not load or that stopped."""


class OfflineError(AssistantError, OSError):
    """A connection that nobody asked for, refused before it was made.

    To the library that tried, it is a network that is down.
    """


class PullError(AssistantError):
    """A model that cannot be fetched."""


class PageError(AssistantError):
    """A page that cannot be fetched."""


class SettingsError(AssistantError):
    """A setting that is unknown, of the wrong kind, or cannot be saved."""


class TemplateError(AssistantError):
    """A prompt template that cannot be filled."""


class OutputClosedError(Exception):
    """Whoever read our output went away; there is nobody left to tell."""
