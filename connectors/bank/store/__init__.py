"""The bank's tables and queries. 银行数据表"""
