"""Reading the lists of a portal.

What stands on them, and whether it was all.
"""
