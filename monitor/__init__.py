"""Judging and telling: rules, standings, mail, paper, web and the command line."""
