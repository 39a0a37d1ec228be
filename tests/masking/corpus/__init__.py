"""Synthesised MCP traffic with exact labels; nothing in it was ever anybody's secret."""
