"""The bank's decisions: states, the gate, what is owed, matching, the proof; pure. 银行业务规则"""
