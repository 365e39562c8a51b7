"""Names of enterprises (企业名称): structure, words, comparison, and the keys to find what may collide.

Source: 企业名称登记管理规定 (2020-12-28) articles 5-18. Tables: law/data/names, with their sources.
"""
