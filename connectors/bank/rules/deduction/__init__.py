"""The deduction circle's rules, without I/O: when, whom, how much, and the equation. 扣款规则"""
