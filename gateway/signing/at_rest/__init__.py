"""Personal data at rest: sealed payloads, wrapped keys, keyed tokens. 静态数据保护"""
