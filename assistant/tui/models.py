"""Which language models can be chosen in the chat."""

from assistant import paths


def names() -> list[str]:
    """Those of the catalogue, then the .gguf files that were put into the folder of models."""
    from assistant.engines import catalog

    known = list(catalog.llm_names())
    found = sorted(path.stem for path in paths.shipped("models").glob("*.gguf"))
    return known + [name for name in found if name not in known]
