"""An MCP server over one library, by the official SDK: search, ask, passages, sources.

Needs the extra `mcp`. Everything comes back as structured content; the answer is the contract's.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError

from assistant import __version__
from assistant.answering.answer import passage_json
from assistant.async_assistant import AsyncAssistant
from assistant.library.document_store import Passage
from assistant.server import problems

_MOST_PASSAGES = 50
_INSTRUCTIONS = (
    "Answers questions from the person's own documents. Every answer is backed by verbatim quotes "
    "with file and lines; status not_found says that the documents do not answer, outcome perhaps"
    " that they may not."
)


def server(assistant: AsyncAssistant, tell: Callable[[str], None]) -> MCPServer[Any]:
    """The MCP server over an assistant; `run("stdio")` serves until its input ends.

    `tell` tells the owner what went wrong; the client is told less of it.
    """
    made: MCPServer[Any] = MCPServer(
        "assistant", version=__version__, instructions=_INSTRUCTIONS, log_level="ERROR"
    )

    @made.tool(structured_output=True)
    async def ask(question: str) -> dict[str, Any]:
        """Answer a question from the documents, with checked quotes and their places."""
        with _explained(tell):
            return (await assistant.ask(question)).to_json()

    @made.tool(structured_output=True)
    async def search(query: str, limit: int = 5) -> dict[str, Any]:
        """Find the passages that fit a query, best first, each with its id, file and lines."""
        with _explained(tell):
            found = await assistant.search(query, max(1, min(limit, _MOST_PASSAGES)))
            return {"passages": [passage_json(p) | {"id": p.passage.id} for p in found]}

    @made.tool(structured_output=True)
    async def get_passage(passage_id: int) -> dict[str, Any]:
        """Read a passage by the id that search gave, with its headings and place."""
        with _explained(tell):
            return _passage(await assistant.passage(passage_id))

    @made.tool(structured_output=True)
    async def list_sources() -> dict[str, Any]:
        """List the documents that answers come from."""
        with _explained(tell):
            found = await assistant.sources()
            return {
                "sources": [
                    {"source": d.source, "title": d.title, "passages": d.passages} for d in found
                ]
            }

    return made


@contextmanager
def _explained(tell: Callable[[str], None]) -> Iterator[None]:
    """Turns errors into the tool's: the client is told in one sentence, without paths."""
    try:
        yield
    except Exception as error:
        said = problems.told(error)
        if said != str(error):
            tell(problems.in_full(error))
        raise ToolError(said) from None


def _passage(passage: Passage) -> dict[str, Any]:
    return {
        "id": passage.id,
        "source": passage.source,
        "title": passage.title,
        "headings": list(passage.headings),
        "lines": list(passage.lines),
        "page": passage.page,
        "span": [passage.start, passage.end],
        "text": passage.text,
    }
