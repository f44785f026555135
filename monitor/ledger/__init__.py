"""Where units stand: the one floor between what is stored and every face."""
