"""`assistant mcp`, driven over stdio by the SDK's own client."""

import asyncio
import os
import shutil
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from mcp import ClientSession, MCPError, StdioServerParameters, stdio_client
from server.test_openai_api import SCHEMA

pytestmark = pytest.mark.slow

Use = Callable[[ClientSession], Awaitable[None]]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tmp_path_factory.mktemp("mcp"))


def drive(home: str, use: Use) -> None:
    """Run `use` with a session on the real command."""
    command = StdioServerParameters(
        command=sys.executable,
        args=["-m", "assistant", "mcp", "--model", "none"],
        env=os.environ | {"ASSISTANT_HOME": home},
    )

    async def run() -> None:
        async with stdio_client(command) as streams, ClientSession(*streams) as session:
            await session.initialize()
            await use(session)

    asyncio.run(asyncio.wait_for(run(), 120))


async def told(session: ClientSession, tool: str, arguments: dict[str, Any]) -> str:
    """What is wrong with a call: the tool's own error, or the protocol's for an unknown tool."""
    try:
        result = await session.call_tool(tool, arguments)
    except MCPError as error:
        return str(error)
    assert result.is_error
    return str(result.content)


async def called(session: ClientSession, tool: str, **arguments: Any) -> dict[str, Any]:
    result = await session.call_tool(tool, arguments)
    assert not result.is_error, result
    assert isinstance(result.structured_content, dict)
    return result.structured_content


def test_every_tool_does_what_it_says(shared: str) -> None:
    async def use(session: ClientSession) -> None:
        tools = {tool.name: tool for tool in (await session.list_tools()).tools}
        assert set(tools) == {"ask", "search", "get_passage", "list_sources"}
        assert all(tool.description for tool in tools.values())
        answer = await called(session, "ask", question="How far is Gharyan from Tripoli?")
        jsonschema.validate(answer, SCHEMA)
        assert "31 miles" in answer["answer"]
        found = (await called(session, "search", query="Gharyan", limit=2))["passages"]
        assert len(found) == 2
        passage = await called(session, "get_passage", passage_id=found[0]["id"])
        assert passage["text"] == found[0]["text"]
        start, end = passage["span"]
        assert Path(passage["source"]).read_text(encoding="utf-8")[start:end] == passage["text"]
        sources = (await called(session, "list_sources"))["sources"]
        assert {Path(s["source"]).name for s in sources} >= {"handbook.md"}

    drive(shared, use)


def test_mistakes_are_the_tool_s_errors_and_end_nothing(shared: str) -> None:
    async def use(session: ClientSession) -> None:
        for tool, arguments, said in (
            ("ask", {"question": " "}, "The question is empty."),
            ("get_passage", {"passage_id": 10**9}, "There is no passage"),
            ("ask", {}, "question"),
            ("no_such", {}, "no_such"),
        ):
            assert said in await told(session, tool, arguments)
        refused = await called(session, "ask", question="Who won the world cup in 1998?")
        assert refused["status"] == "not_found"

    drive(shared, use)


def test_several_questions_at_once(shared: str) -> None:
    async def use(session: ClientSession) -> None:
        asked = [called(session, "ask", question="How far is Gharyan from Tripoli?")]
        asked += [called(session, "search", query="peace", limit=1) for _ in range(4)]
        results = await asyncio.gather(*asked)
        assert "31 miles" in results[0]["answer"]

    drive(shared, use)


def test_errors_name_no_path_and_no_library(shared: str, tmp_path: Path) -> None:
    """A catalogue that cannot be read is told to the owner, and to the client only that it is so."""
    broken = tmp_path / "her-home"
    shutil.copytree(shared, broken)
    catalogue = broken / "libraries" / "default" / "catalogue.sqlite3"

    async def use(session: ClientSession) -> None:
        await called(session, "search", query="Gharyan")
        size = catalogue.stat().st_size
        for part in catalogue.parent.glob("catalogue.sqlite3*"):
            part.write_bytes(b"\xff" * size)
        for tool, arguments in (
            ("ask", {"question": "How far is Gharyan from Tripoli?"}),
            ("search", {"query": "Gharyan"}),
            ("list_sources", {}),
        ):
            said = await told(session, tool, arguments)
            assert "The library cannot be read now." in said
            assert "her-home" not in said

    drive(str(broken), use)
