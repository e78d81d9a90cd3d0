"""Signed messages: SOAP and HTTP. 签名报文"""
