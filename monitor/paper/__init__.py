"""Papers that people send and print: marked-up reports, letters, ledgers."""
