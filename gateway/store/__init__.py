"""The store: PostgreSQL and the archive; what is here has happened. 存储"""
