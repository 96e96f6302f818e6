"""Other programs ask: an MCP server on stdio, an OpenAI-compatible server on loopback."""
