"""The only code that speaks HTTP: pinned peers under mutual TLS, time-stamps. 网络传输"""
