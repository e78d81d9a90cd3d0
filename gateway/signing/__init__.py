"""The only code that touches keys: algorithms, key ring, detached signatures. 签名"""
