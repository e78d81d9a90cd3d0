"""Hypothesis as this house uses it: the same examples every time, not too many. 连接器测试夹具"""

from hypothesis import settings

settings.register_profile("house", derandomize=True, deadline=None, max_examples=80)
settings.load_profile("house")
