"""Writes annual reports from numbers, in every layout and format seen in the wild, whole or with a chosen defect."""
