"""Seals and time-stamps on documents and packages. 签章与时间戳"""
