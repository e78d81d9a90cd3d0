"""Commercial banks: deduction results and statements in, receipts out. 商业银行"""
