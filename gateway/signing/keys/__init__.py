"""The key ring and the certificates of its keys. 密钥与证书"""
