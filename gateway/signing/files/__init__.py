"""Signed files: a manifest, and a signature over it. 签名文件"""
