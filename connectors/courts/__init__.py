"""The courts: enforcement filings and what becomes of them. 人民法院"""
