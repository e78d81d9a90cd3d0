"""The deduction circle's flows: build, ask, queue, carry, poll, split. 扣款流程"""
