"""What a loan owes and when: schedules, resets, penalty, allocation, prepayment; pure. 贷款算术

Money is integer fen; an annual rate is an integer in millionths (26_000 is 2.6 %). Nothing is
rounded before the amount a borrower sees, and then half up, as the branch's contracts say.
"""
