"""The language models: which one answers, what each is and costs here, fetching, tuning."""

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Footer, Input, OptionList, Static
from textual.widgets.option_list import Option

from assistant import formatting
from assistant.errors import AssistantError
from assistant.printable import safe_line
from assistant.tui import models, render, words
from assistant.tui.backend import Backend
from assistant.tui.downloads import Download, Downloads
from assistant.tui.messages import Pulled, Pulling, SpeedMeasured, Tuning
from assistant.tui.models import Machine, Model
from assistant.tui.paths_input import PathSuggester, complete

if TYPE_CHECKING:
    from assistant.engines.pull import Source

_PLACEHOLDER = "A .gguf file, owner/repository/file.gguf of a hub, or a URL \u2026"


class ModelsScreen(ModalScreen[str | None]):
    """Returns the name, path or URL of the model to answer with, or None.

    What is fetched or tuned goes on when it is closed.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Close", id="models.close"),
        Binding("enter", "use", "Answer with it", id="models.use"),
        Binding(
            "p",
            "pause",
            "Pause",
            id="models.pause",
            tooltip="pause the download; again, go on with it",
        ),
        Binding(
            "t",
            "tune",
            "Tune",
            id="models.tune",
            tooltip="measure what suits this machine, which takes minutes",
        ),
        Binding("x", "stop", "Stop", id="models.stop", show=False, tooltip="stop tuning"),
        Binding(
            "a",
            "add",
            "Another",
            id="models.add",
            tooltip="give a GGUF file, the place of one on a hub, or an endpoint's URL",
        ),
    ]

    def __init__(
        self, answering: str, chosen: str | None, backend: Backend, downloads: Downloads
    ) -> None:
        """`answering` is the title of the model that answers ("" for none), `chosen` its name."""
        super().__init__()
        self._answering = answering
        self._chosen = chosen
        self._backend = backend
        self._downloads = downloads
        self._models: list[Model] = []
        self._machine = Machine(0, 0, 0)
        self._asked = ""
        self._is_measured = False
        self._said = self._larger = ""

    def compose(self) -> ComposeResult:
        with Vertical(classes="sheet") as sheet:
            sheet.border_title = "Language models"
            yield Static(id="machine")
            yield OptionList(id="list", compact=True, markup=False)
            yield Input(
                placeholder=_PLACEHOLDER, id="path", compact=True, suggester=PathSuggester()
            )
            yield Static(id="state")
        yield Footer(compact=True)

    def on_mount(self) -> None:
        self.query_one(Input).display = False
        self.query_one(OptionList).focus()
        self._fill()

    def answers_now(self, title: str, chosen: str | None) -> None:
        """Another model answers: show it."""
        self._answering, self._chosen = title, chosen
        self._fill()

    @work(exclusive=True, group="fill")
    async def _fill(self) -> None:
        # The first look at a file of weights takes its sha256: a third of a second.
        loaded = await asyncio.to_thread(self._backend.loaded_model)
        self._machine = await asyncio.to_thread(models.this_machine, loaded)
        found = await asyncio.to_thread(models.choices, self._chosen)
        known = {model.name for model in found}
        self._models = [*found, *(_coming(d) for d in self._downloads.all() if d.name not in known)]
        self.query_one("#machine", Static).update(
            Content.assemble((safe_line(str(self._machine)), render.MUTED))
        )
        options = self.query_one(OptionList)
        before = options.highlighted
        options.clear_options()
        options.add_options(Option(self._line(m), id=f"m{i}") for i, m in enumerate(self._models))
        at = [i for i, m in enumerate(self._models) if self._is_answering(m)]
        options.highlighted = before if before is not None else (at[0] if at else 0)
        if loaded is not None and not self._is_measured:
            self._is_measured = True  # asked for once, whatever comes of it
            if not any(m.is_measured for m in self._models):
                self._backend.measure_speed()
        now = next((m for m in self._models if self._is_answering(m)), None)
        larger = models.larger(self._models, now, self._machine)
        if self._said == self._larger:  # nothing has happened that the person should read first
            self._say(larger)
        self._larger = larger

    def _is_answering(self, model: Model) -> bool:
        return self._answering == ("" if model is models.QUOTES_ONLY else model.title)

    def _line(self, model: Model) -> Content:
        title = Content.assemble((safe_line(model.title), "bold"))
        download = self._downloads.get(model.name)
        if self._is_answering(model):
            title += Content.assemble(("  answers now", "$text-success"))
        elif download is not None and download.progress.state != "done":
            title += Content.assemble((f"  {download.progress.state}", "$text-accent"))
        elif model.missing:
            title += Content.assemble(("  cannot be used", "$text-warning"))
        parts = models.facts(model, self._machine)
        if model.place:
            parts[-1] = words.path(model.place)
        if model.missing:
            parts.append(safe_line(model.missing))
        lines = [title, Content.assemble((safe_line(" \u00b7 ".join(parts)), render.MUTED))]
        if download is not None and download.progress.state != "done":
            told = download.progress.line(self._width)
            lines.append(Content.assemble((safe_line(told), "$text-accent")))
        return Content("\n").join(lines)

    @property
    def _width(self) -> int:
        return self.query_one(OptionList).content_size.width or 80

    @property
    def _at_hand(self) -> Model | None:
        at = self.query_one(OptionList).highlighted
        return self._models[at] if at is not None and at < len(self._models) else None

    # Keys.

    @on(OptionList.OptionHighlighted)
    def _moved(self) -> None:
        self._asked = ""

    @on(OptionList.OptionSelected)
    def _use(self, event: OptionList.OptionSelected) -> None:
        model = self._models[event.option_index]
        if model.missing:
            self._say(model.missing)
        elif model.is_here:
            self.dismiss(model.name)
        else:
            self._offer(model.name, model.name)

    def _offer(self, name: str, wanted: str) -> None:
        """Say what would be fetched from where; the second time, fetch it."""
        from assistant import settings
        from assistant.engines import pull

        try:
            given = settings.load()
            source = pull.source(wanted, given)
            running = self._downloads.get(name)
            if running is not None and running.is_running:
                self._say("It is on its way; p pauses it.")
            elif self._asked == f"fetch {name}" or (running and running.progress.done):
                self._asked = ""
                self._downloads.start(name, wanted, source, given)
                self._fill()
            else:
                self._asked = f"fetch {name}"
                self._say(f"{_offer_of(source)} Enter again fetches it.")
        except AssistantError as error:
            self._say(str(error))

    def action_use(self) -> None:
        self.query_one(OptionList).action_select()

    def action_pause(self) -> None:
        """Pause the download at hand, else the one that runs; paused, go on with it."""
        model = self._at_hand
        download = self._downloads.get(model.name) if model is not None else None
        download = download or self._downloads.running() or self._downloads.unfinished()
        if download is None or download.progress.state == "done":
            self._say("Nothing is being fetched.")
        elif download.is_running:
            download.pause()
            self._say("Paused; what came is kept. p goes on with it.")
        else:
            self._offer(download.name, download.wanted)

    def action_tune(self) -> None:
        model = self._at_hand
        if model is None or model is models.QUOTES_ONLY or model.missing or not model.is_here:
            self._say("Choose a model that is here.")
        elif self._asked == f"tune {model.name}":
            self._asked = ""
            self._say("Tuning begins \u2026")
            self._backend.tune(model.name)
        else:
            self._asked = f"tune {model.name}"
            self._say(
                f"24 questions in five ways show what {model.title} does best here; that takes"
                " minutes. t again begins, x stops."
            )

    def action_stop(self) -> None:
        if self._backend.stop_tuning():
            self._say("It stops after the step in hand.")

    def action_add(self) -> None:
        box = self.query_one(Input)
        box.display = True
        box.focus()

    def action_back(self) -> None:
        box = self.query_one(Input)
        if self.focused is box:
            box.display = False
            self.query_one(OptionList).focus()
        else:
            self.dismiss(None)

    def on_key(self, event: object) -> None:
        """Tab completes a path while one is being typed."""
        from textual.events import Key

        assert isinstance(event, Key)
        box = self.query_one(Input)
        if event.key == "tab" and self.focused is box:
            box.value = complete(box.value)
            box.cursor_position = len(box.value)
            event.stop()
            event.prevent_default()

    @on(Input.Submitted, "#path")
    def _submitted(self, event: Input.Submitted) -> None:
        from pathlib import Path

        from assistant.engines.models import is_url

        wanted = event.value.strip()
        path = Path(wanted).expanduser()
        if is_url(wanted) and not wanted.endswith(".gguf"):
            self.dismiss(wanted)  # an endpoint
        elif wanted.endswith(".gguf") and path.is_file():
            self.dismiss(str(path.absolute()))
        elif is_url(wanted) or (
            wanted.endswith(".gguf") and wanted.count("/") > 1 and wanted[0] != "/"
        ):
            self._offer(wanted.rpartition("/")[2].removesuffix(".gguf"), wanted)
        elif wanted:
            self._say("There is no such file. A language model is one .gguf file.")

    # What the backend tells; the chat passes it on.

    @on(Pulling)
    def _pulling(self, event: Pulling) -> None:
        for index, model in enumerate(self._models):
            if model.name == event.name:
                options = self.query_one(OptionList)
                options.replace_option_prompt_at_index(index, self._line(model))
        download = self._downloads.get(event.name)
        if download is not None and download.progress.note:
            self._say(download.progress.note)

    @on(Pulled)
    def _pulled(self, event: Pulled) -> None:
        self._say(f"{event.name} is here and checked; it is being loaded \u2026")
        self._fill()

    @on(SpeedMeasured)
    def _measured(self) -> None:
        self._fill()

    @on(Tuning)
    def _tuning(self, event: Tuning) -> None:
        self._say(event.text)
        if event.ended:
            self._fill()

    def _say(self, text: str) -> None:
        self._said = text
        self.query_one("#state", Static).update(Content(safe_line(text)))


def _coming(download: Download) -> Model:
    """The entry of a model that the catalogue does not know and that is being fetched."""
    source = download.source
    title = source.file_name.removesuffix(".gguf")
    return Model(download.name, title, source.bytes, licence=source.licence, is_here=False)


def _offer_of(source: "Source") -> str:
    size = formatting.size(source.bytes) if source.bytes else "a file of unknown size"
    host = source.urls[0].split("/")[2]
    return f"{size} from {host}, {source.licence or 'licence not known yet'}."
