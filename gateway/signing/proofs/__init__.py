"""What an outsider checks us with: the tree, and the scripts. 外部核验"""
