"""What people look at: pages over HTTP, made of what the ledger, the archive and the rules tell."""
