"""WITH WHOM: four folders of one shape, one for each kind of counterparty. 连接器"""
