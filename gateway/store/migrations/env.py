"""Alembic's entry: run the migrations on the connection it is given. 迁移入口"""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"], transaction_per_migration=True
)

with context.begin_transaction():
    context.run_migrations()
