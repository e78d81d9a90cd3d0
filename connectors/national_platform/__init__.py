"""The national platform for account transfers between provinces. 全国住房公积金异地转移接续平台"""
