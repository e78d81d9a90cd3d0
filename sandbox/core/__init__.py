"""The branch's own core system: a ledger in PostgreSQL and its exchange schema. 核心业务系统."""
