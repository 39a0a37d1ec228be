"""An MCP server with three tools that do what they are told, as careless servers do: SQL against PostgreSQL,
SQL against SQLite, and a shell. Only the tests that prove what is kept away from it start it."""

import argparse
import json
import os
import sqlite3
import subprocess

import psycopg
from mcp.server import MCPServer

SECONDS_MAX = 20

parser = argparse.ArgumentParser()
parser.add_argument("--postgres", required=True, help="a connection string")
parser.add_argument("--sqlite", required=True, help="a database file")
parser.add_argument("--folder", required=True, help="where files without a folder are")
arguments = parser.parse_args()
os.chdir(arguments.folder)
server = MCPServer("danger")


@server.tool()
def postgres_query(sql: str) -> str:
    """Runs SQL, one statement or several, as the superuser."""
    with psycopg.connect(arguments.postgres, autocommit=True) as connection:
        cursor = connection.execute(sql)
        while cursor.nextset():
            pass
        return lines(cursor.fetchall() if cursor.description else [])


@server.tool()
def sqlite_query(sql: str) -> str:
    """Runs SQL, one statement or several."""
    connection = sqlite3.connect(arguments.sqlite, isolation_level=None)
    try:
        if hasattr(connection, "enable_load_extension"):
            connection.enable_load_extension(True)
        try:
            return lines(connection.execute(sql).fetchall())
        except (sqlite3.ProgrammingError, sqlite3.Warning):
            # That takes one statement only.
            connection.executescript(sql)
            return ""
    finally:
        connection.close()


@server.tool()
def run_command(command: str) -> str:
    """Runs a command line in bash."""
    done = subprocess.run(
        ["bash", "-c", command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=SECONDS_MAX,
        check=False,
    )
    return done.stdout.decode(errors="replace")


def lines(rows):
    """One JSON array per row."""
    return "\n".join(json.dumps(row, default=str) for row in rows)


server.run()
