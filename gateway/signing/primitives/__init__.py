"""Algorithms behind the port: signatures, digests, ciphers, their known answers. 算法"""
