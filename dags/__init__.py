"""WHEN: one file per business process. 何时"""
