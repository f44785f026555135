"""What we know: models, migrations, evidence and queries."""
