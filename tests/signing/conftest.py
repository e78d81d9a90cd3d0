"""Hypothesis as this house uses it: the same examples every time, and not too many. 签名测试夹具"""

from hypothesis import settings

settings.register_profile("house", derandomize=True, deadline=None, max_examples=80)
settings.load_profile("house")
