"""Judging and telling: rules, standings, mail, paper and the command line."""
