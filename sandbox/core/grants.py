"""What the gateway's role may do in the core's database: this and nothing else. 授权."""

import json
from pathlib import Path

import psycopg
from psycopg import sql

INTERFACE = Path(__file__).resolve().parents[2] / "schemas" / "core_system" / "interface.json"
ALLOWED = ("SELECT", "INSERT")


def grant_exchange(connection: psycopg.Connection, role: str) -> None:
    """Take everything from everybody, then give the role what the interface says."""
    _refuse_powerful(connection, role)
    interface = json.loads(INTERFACE.read_text(encoding="utf-8"))
    names = {
        "role": sql.Identifier(role),
        "schema": sql.Identifier(interface["schema"]),
        "database": sql.Identifier(connection.info.dbname),
    }
    for statement in (
        "revoke all on database {database} from public",
        "revoke all on database {database} from {role}",
        "revoke all on schema ledger from public, {role}",
        "revoke all on all tables in schema ledger from public, {role}",
        "revoke all on schema {schema} from public, {role}",
        "revoke all on all tables in schema {schema} from public, {role}",
        "grant connect on database {database} to {role}",
        "grant usage on schema {schema} to {role}",
    ):
        connection.execute(sql.SQL(statement).format(**names))
    for relation, about in interface["relations"].items():
        _grant(connection, role, (interface["schema"], relation), about["grants"])


def _grant(
    connection: psycopg.Connection, role: str, relation: tuple[str, str], rights: list[str]
) -> None:
    if not set(rights) <= set(ALLOWED):
        raise ValueError(f"the interface asks for {rights} on {relation[1]}, which is too much")
    for right in ALLOWED:
        if right in rights:
            connection.execute(
                sql.SQL("grant {right} on {relation} to {role}").format(
                    right=sql.SQL(right),
                    relation=sql.Identifier(*relation),
                    role=sql.Identifier(role),
                )
            )


def _refuse_powerful(connection: psycopg.Connection, role: str) -> None:
    row = connection.execute(
        "select rolsuper or rolbypassrls from pg_roles where rolname = %s", (role,)
    ).fetchone()
    if row is None:
        raise ValueError(f"there is no role {role!r}; create it first: create role … login")
    if row[0]:
        raise ValueError(f"{role!r} may do everything anyway; the gateway needs a role of its own")
