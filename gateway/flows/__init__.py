"""Verbs that belong to no connector, or to several. 公共流程"""
