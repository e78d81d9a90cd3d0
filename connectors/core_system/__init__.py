"""The branch's own core system: instructions read, repayments posted. 核心系统"""
