"""The twelve passes of reconciliation over the books of an account-day; pure frames. 对账十二步"""
