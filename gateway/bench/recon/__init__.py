"""A bank's night of a million lines against the machine's floor, ORM and pandas. 对账性能"""
