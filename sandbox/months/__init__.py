"""Whole months of deductions whose truth is known, down to what must be found. 月度沙箱."""
