"""One module a page: what it reads, and the template it is shown with. 各页"""
