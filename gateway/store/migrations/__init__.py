"""The database's history, one numbered step after the other. 数据库迁移"""
