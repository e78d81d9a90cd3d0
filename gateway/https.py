"""The only code that opens HTTPS: pinned peers, our own certificate, no environment. 互联网传输"""
