"""The chat's application: what holds for all of its screens."""

import os
import subprocess
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import events, on, work
from textual.app import App, SuspendNotSupported, SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.timer import Timer

from assistant import paths
from assistant.errors import AssistantError
from assistant.printable import safe_line
from assistant.sessions import SessionError, Sessions
from assistant.tui import keys, sources, themes
from assistant.tui.backend import Backend
from assistant.tui.conversation import Conversation
from assistant.tui.downloads import Downloads
from assistant.tui.messages import Opened, OpenFailed, Pulled, Pulling, Tuning
from assistant.tui.screens.chat import ChatScreen
from assistant.tui.widgets.prompt import Prompt
from assistant.tui.widgets.source_panel import SourcePanel

if TYPE_CHECKING:
    from assistant.answering.answer import Citation


class ChatApp(App[None]):
    """A chat over one library at a time."""

    TITLE = "assistant"
    CSS_PATH = "chat.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (76, "-medium"), (110, "-wide")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f4", "conversations", "Conversations", id="app.conversations", show=False),
        Binding("f5", "library", "Library", id="app.library", show=False),
        Binding("f6", "models", "Models", id="app.models", show=False),
        Binding("f7", "settings", "Settings", id="app.settings", show=False),
        Binding(
            "f9",
            "check",
            "Check",
            id="app.check",
            show=False,
            tooltip="check a text: hold each of its sentences against the documents",
        ),
        Binding("f1,question_mark", "help", "Help", id="app.help"),
        Binding("ctrl+q", "quit", "Leave", id="app.quit", show=False, priority=True),
        Binding(
            "ctrl+c",
            "stop_or_tell",
            "Stop",
            id="app.stop",
            show=False,
            tooltip="stop the answer; without one, empty the input",
        ),
        Binding("ctrl+z", "suspend_process", "Suspend", id="app.suspend", show=False),
        Binding("ctrl+t", "next_theme", "Next theme", id="app.theme", show=False),
    ]

    def __init__(
        self, backend: Backend, home: Path | None = None, *, incognito: bool = False
    ) -> None:
        """With `incognito` nothing of the first conversation is written."""
        super().__init__()
        self._home = home or paths.home()
        self.backend = backend
        self.conversation = Conversation(Sessions(self._home / "sessions"), is_kept=not incognito)
        self.chat = ChatScreen(backend, self.conversation)
        self.terminal_settings: list[object] | None = None
        self.typed_before = ""
        self._typed_early: list[events.Event] | None = []
        self._leaving: dict[str, Timer] = {}
        self.downloads = Downloads(self.chat.post_message)
        self._then: tuple[str, str | None, Callable[[], Awaitable[None]]] | None = None
        self.register_theme(themes.HIGH_CONTRAST)
        chosen = themes.load(self._home)
        self.chosen_keys = chosen.keys
        self.set_keymap(chosen.keys)
        self.theme = chosen.theme if chosen.theme in self.available_themes else themes.DEFAULT

    def get_default_screen(self) -> Screen[None]:
        return self.chat

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return themes.variables(self.current_theme)

    def on_mount(self) -> None:
        self.app_resume_signal.subscribe(self, lambda _: self.refresh(layout=True))
        if self.terminal_settings is not None and self._driver is not None:
            # The terminal reads keys already; an editor wants it as it was before that.
            vars(self._driver)["attrs_before"] = self.terminal_settings
        self.watch(self, "theme", self._theme_changed, init=False)

    @on(Prompt.Ready)
    async def _take_early_keys(self) -> None:
        """The screen stands: take the keys that were typed before, then begin to load."""
        prompt = self.chat.query_one(Prompt)
        self.chat.set_focus(prompt)
        *asked, begun = self.typed_before.split("\r")
        for text in asked:
            prompt.put(text)
            prompt.action_ask()
        prompt.put(begun)
        typed, self._typed_early = self._typed_early or [], None
        for event in typed:
            await super().on_event(event)
        if self.chosen_keys:
            self.call_after_refresh(self._tell_unknown_keys)
        # What is loaded competes with the screen for the processor: drawing comes first.
        self.call_after_refresh(self.backend.start, self.chat.post_message)

    def _tell_unknown_keys(self) -> None:
        for said in keys.unknown(self):
            self.notify(safe_line(said), severity="warning", timeout=12, markup=False)

    async def on_event(self, event: events.Event) -> None:
        if self._typed_early is not None and isinstance(event, events.Key | events.Paste):
            self._typed_early.append(event)
        else:
            await super().on_event(event)

    def _theme_changed(self, theme: str) -> None:
        themes.remember_theme(self._home, theme)

    def on_unmount(self) -> None:
        with suppress(SessionError):
            self.conversation.sessions.purge()

    # Screens.

    def action_help(self) -> None:
        """Show the keys and what the words mean."""
        from assistant.tui.screens.help import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(keys.groups(self)))

    def action_check(self) -> None:
        """Hold a pasted text against the documents."""
        from assistant.tui.screens.check import CheckScreen

        if self.screen is self.chat:
            self.push_screen(CheckScreen(self.backend))

    @work
    async def action_conversations(self) -> None:
        """Choose an earlier conversation and go on with it."""
        from assistant.tui.screens.conversations import ConversationsScreen

        session = self.conversation.session
        screen = ConversationsScreen(self.conversation.sessions, session.id if session else None)
        chosen = await self.push_screen_wait(screen)
        if chosen is not None:
            await self.resume(chosen)
        elif session is not None:
            with suppress(SessionError):
                self.conversation.session = self.conversation.sessions.load(session.id)[0]

    async def resume(self, session_id: str) -> None:
        """Go on with a saved conversation, in the library that it was held in."""
        if self._is_answering():
            return
        try:
            session = self.conversation.sessions.load(session_id)[0]
        except SessionError as error:
            self.tell(str(error))
            return
        if session.library == self.backend.library_name:
            await self._show(session_id)
        else:
            self._open(session.library, self.backend.model, partial(self._show, session_id))

    async def _show(self, session_id: str) -> None:
        try:
            self.conversation.resume(session_id)
        except SessionError as error:
            self.tell(str(error))
            return
        await self.chat.show_conversation()

    @work
    async def action_library(self, offered: str = "") -> None:
        """See, add and remove documents; open another library. Enter adds what is `offered`."""
        from assistant.tui.screens.library import LibraryScreen

        name = await self.push_screen_wait(LibraryScreen(self.backend, self._leaving, offered))
        if name and name != self.backend.library_name and not self._is_answering():
            self._open(name, self.backend.model, self.chat.action_new, create=True)

    def _is_answering(self) -> bool:
        if self.chat.current is not None:
            self.tell("An answer is being made. Press Esc to stop it first.")
            return True
        return False

    # Opening a library or a model: what follows from it happens once it is open, or never.

    def _open(
        self,
        library: str,
        model: str | None,
        then: Callable[[], Awaitable[None]],
        *,
        create: bool = False,
    ) -> None:
        self._then = library, model, then
        self.backend.open(library, model, create=create)

    @on(Prompt.PathGiven)
    def _offer(self, event: Prompt.PathGiven) -> None:
        self.action_library(event.path)

    @on(Opened)
    async def _opened(self) -> None:
        now = self.backend.library_name, self.backend.model
        if self._then is not None and self._then[:2] == now:
            (*_, then), self._then = self._then, None
            await then()

    @on(OpenFailed)
    def _open_failed(self) -> None:
        self._then = None

    # Commands.

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        yield SystemCommand(
            "New conversation", "Begin anew; this one stays saved", self.chat.action_new
        )
        yield SystemCommand(
            "Incognito",
            "Begin a conversation of which nothing is written; again, one that is saved",
            self.chat.action_incognito,
        )
        yield SystemCommand(
            "Source", "Show the quotes of the answer in their documents", self.chat.action_source
        )
        yield SystemCommand("Why", "Show how the answer came about", self.chat.action_why)
        yield SystemCommand(
            "Edit last question", "Change it and ask again", self.chat.action_edit_last
        )
        yield SystemCommand(
            "Conversations", "Find, resume, rename, delete, export", self.action_conversations
        )
        yield SystemCommand("Library", "See, add and remove documents", self.action_library)
        yield SystemCommand("Models", "Language models: choose, fetch, tune", self.action_models)
        yield SystemCommand(
            "Check a text", "Hold its sentences against the documents", self.action_check
        )
        yield SystemCommand("Settings", "See and change what can be set", self.action_settings)
        yield SystemCommand("Help", "Keys, and what the words mean", self.action_help)
        yield SystemCommand(
            "Theme", "Dark, light, high contrast and others", self.action_change_theme
        )
        yield SystemCommand("Leave", "End the chat; everything is saved", self.action_quit)

    @work
    async def action_models(self) -> None:
        """See the language models, fetch and tune them; let another one answer from now on."""
        from assistant.tui.screens.models import ModelsScreen

        shelf = self.chat.shelf
        answering = shelf.model if shelf else ""
        screen = ModelsScreen(answering, self.backend.model, self.backend, self.downloads)
        chosen = await self.push_screen_wait(screen)
        if chosen is not None:
            self._use_model(chosen)

    def _use_model(self, name: str) -> None:
        """Let a model answer from the next question on, and after a restart, if it can."""
        self._open(self.backend.library_name, name, partial(self._model_opened, name))

    async def _model_opened(self, name: str) -> None:
        from assistant.engines import models

        shelf = self.chat.shelf
        title = shelf.model if shelf is not None else ""
        try:
            models.remember(name)
            self.tell(f"{title or 'No model'} answers from now on.")
        except AssistantError as error:
            self.tell(f"{title or 'No model'} answers until you leave. {error}")
        self._show_model()

    def _show_model(self) -> None:
        from assistant.tui.screens.models import ModelsScreen

        if isinstance(self.screen, ModelsScreen) and self.chat.shelf is not None:
            self.screen.answers_now(self.chat.shelf.model, self.backend.model)

    @on(Pulled)
    def _pulled(self, event: Pulled) -> None:
        self._use_model(event.name)

    @on(Pulling)
    def _pull_failed(self, event: Pulling) -> None:
        from assistant.tui.screens.models import ModelsScreen

        download = self.downloads.get(event.name)
        failed = download is not None and download.progress.state == "failed"
        if failed and not isinstance(self.screen, ModelsScreen):
            assert download is not None
            self.tell(download.progress.note)

    @on(Tuning)
    def _tuned(self, event: Tuning) -> None:
        from assistant.tui.screens.models import ModelsScreen

        if event.ended and not isinstance(self.screen, ModelsScreen):
            self.tell(event.text)
        if event.kept and event.model in {self.backend.model, self._answering_name}:
            self._open(self.backend.library_name, self.backend.model, self._tell_settings)

    @property
    def _answering_name(self) -> str:
        """The name of the model that answers where none was chosen in the chat."""
        from assistant import settings
        from assistant.engines import catalog

        return settings.load().llm_model or catalog.llm().name

    @work
    async def action_settings(self) -> None:
        """See and change the settings; what was changed holds from the next question on."""
        from assistant.tui.screens.settings import SettingsScreen

        if await self.push_screen_wait(SettingsScreen()) and not self._is_answering():
            self._open(self.backend.library_name, self.backend.model, self._tell_settings)

    async def _tell_settings(self) -> None:
        self.tell("The settings hold from the next question on.")

    def get_key_display(self, binding: Binding) -> str:
        return binding.key_display or keys.shown(binding.key.split(",")[0])

    def action_next_theme(self) -> None:
        """Go from dark to light to high contrast."""
        order = [themes.DEFAULT, "textual-light", themes.HIGH_CONTRAST.name]
        at = order.index(self.theme) if self.theme in order else -1
        self.theme = order[(at + 1) % len(order)]

    def action_stop_or_tell(self) -> None:
        """Ctrl+C stops an answer, else empties the input, else says how to leave."""
        prompt = self.chat.query_one(Prompt)
        if self.chat.current is not None:
            self.chat.stop()
        elif prompt.text:
            prompt.put("")
        else:
            self.tell("Ctrl+Q leaves the chat.")

    # Files and the clipboard.

    @on(SourcePanel.FileWanted)
    def _open_file(self, event: SourcePanel.FileWanted) -> None:
        self.open_file(event.place)

    def open_file(self, place: "Citation") -> None:
        """Open a cited file in $EDITOR or $PAGER at the quote's line."""
        if not os.path.exists(place.source):
            self.tell("The file is gone; its text as it was read is shown here.")
            return
        command = sources.viewer(place.source, place.lines[0], os.environ)
        if not command:
            self.tell("Set EDITOR or PAGER to open files.")
            return
        try:
            with self.suspend():
                subprocess.run(command, check=False)
        except SuspendNotSupported:
            self.tell("Files cannot be opened from this terminal.")
        except OSError as error:
            self.tell(f"{command[0]} does not start: {error.strerror}. Set EDITOR or PAGER.")

    @on(SourcePanel.CopyWanted)
    def _copy(self, event: SourcePanel.CopyWanted) -> None:
        self.copy_to_clipboard(event.text)

    def copy_to_clipboard(self, text: str) -> None:
        """Copy through the terminal (OSC 52), and into a file where that does not work."""
        super().copy_to_clipboard(text)
        path = self._home / "copied.txt"
        if not self.conversation.is_kept:
            self.tell("Copied, if your terminal allows it; incognito, nothing is written.")
            return
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with open(descriptor, "w", encoding="utf-8") as file:
                file.write(text + "\n")
        except OSError:
            self.tell("Copied.")
            return
        self.tell(f"Copied; if your terminal does not allow that, it is in {path}")

    def tell(self, text: str) -> None:
        """A sentence in the corner."""
        self.notify(safe_line(text), markup=False)
