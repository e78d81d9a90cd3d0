"""HOW: the kernel, ours and the same for every counterparty. 内核"""
