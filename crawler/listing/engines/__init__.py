"""One engine a way of keeping a list.

`families.yaml` says which family has which.
"""
