"""The composition root: opens embedder, vector store, reader and language model as set."""

from collections.abc import Mapping
from pathlib import Path

from assistant import logs, offline, paths, settings
from assistant.engines import adapters, catalog, embedder_folder, models, records, weights
from assistant.engines.embedder import OnnxEmbedder
from assistant.engines.llama.engine import LlamaEngine
from assistant.engines.models import NO_MODEL
from assistant.engines.openai_client import RemoteLlm
from assistant.engines.reader import OnnxReader
from assistant.library.chroma import LOCAL_FOLDER, ChromaStore, LocalChromaStore
from assistant.library.chroma_server import RemoteChromaStore


def open_embedder(model: str) -> OnnxEmbedder:
    """The embedder of the setting embedder.model: the default, a known name, or a folder."""
    if model in {"", *catalog.embedder_names()}:
        return OnnxEmbedder(catalog.embedder(model or None))
    return OnnxEmbedder(embedder_folder.read(Path(model)))


def open_vector_store(folder: Path, url: str) -> ChromaStore:
    """The vector store of a library in `folder`: there, or on the server of store.url."""
    if not url:
        return LocalChromaStore(folder / LOCAL_FOLDER)
    store = RemoteChromaStore(url, folder)
    offline.allow(store.url)
    return store


def open_reader(model: str) -> OnnxReader | None:
    """The reader of the setting reader.model: the shipped one, none, or one in a folder."""
    if model == NO_MODEL:
        return None
    if not model:
        return shipped_reader()
    folder = Path(model).expanduser()
    return OnnxReader(folder / "reader.onnx", folder / "tokenizer.json")


def shipped_reader() -> OnnxReader | None:
    """The evidence reader that the project ships, not loaded yet; None if there is none."""
    entry = catalog.reader()
    if entry is None:
        return None
    path = paths.shipped("models") / entry.weights.file
    return OnnxReader(path, entry.tokenizer, sha256=entry.weights.sha256)


def open_llm(chosen: models.Chosen, given: settings.Settings) -> LlamaEngine | RemoteLlm:
    """The engine of a model, not started yet: as set, else as measured here, else by its entry."""
    if chosen.endpoint is not None:
        remote = RemoteLlm(chosen.endpoint)
        offline.allow(remote.url)
        return remote
    assert chosen.path is not None
    sha256 = weights.sha256(chosen.path)
    found = records.tuned(sha256)
    adapter, adapter_problem = adapters.find(sha256, given.llm_adapter)
    return LlamaEngine(
        chosen.path,
        name=chosen.entry.name,
        sha256=sha256,
        n_ctx=models.context_tokens(chosen.entry, chosen.path, given),
        n_threads=given.llm_threads or (found.threads if found else 0) or None,
        gpu_layers=None if given.llm_gpu_layers == "auto" else int(given.llm_gpu_layers),
        adapter=adapter,
        log_path=logs.child_file("llama"),
        notices=[adapter_problem] if adapter_problem else [],
    )


def identity(described: Mapping[str, str]) -> str:
    """Under what a model's record is kept: its sha256, or its endpoint and name."""
    return described["sha256"] or f"{described.get('url', '')}#{described['name']}"
