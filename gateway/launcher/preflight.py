# -*- coding: utf-8 -*-
"""Is this machine fit? Runs on any Python, before anything is installed. 运行环境检查"""
# Plain syntax on purpose: an old Python must be able to read this file and say its one sentence.
# ruff: noqa: ANN201, UP009, UP031
# mypy: allow-untyped-defs, allow-untyped-calls

import ctypes
import sys

_PYTHON_MIN, _PYTHON_END = (3, 11), (3, 14)
_LIBCRYPTO_MIN = 0x30000000


def reason():
    """Why this machine will not do, as one sentence; None when it will."""
    if not sys.platform.startswith("linux"):
        return "需要 Linux，当前系统是 %s。/ Linux is needed, this is %s." % ((sys.platform,) * 2)
    if not _PYTHON_MIN <= sys.version_info[:2] < _PYTHON_END:
        found = "%d.%d" % sys.version_info[:2]
        return "需要 Python 3.11–3.13，当前是 %s。/ Python 3.11-3.13 is needed, this is %s." % (
            (found,) * 2
        )
    try:
        fit = ctypes.CDLL("libcrypto.so.3").OpenSSL_version_num() >= _LIBCRYPTO_MIN
    except (OSError, AttributeError):
        fit = False
    if not fit:
        return "需要 libcrypto.so.3（OpenSSL ≥ 3.0）。/ libcrypto.so.3 (OpenSSL >= 3.0) is needed."
    return None


if __name__ == "__main__":
    why_not = reason()
    if why_not:
        sys.exit(why_not)
