"""The verbs, one file each. 各命令"""
