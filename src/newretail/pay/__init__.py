"""Everything that must balance: accounts, transfers, limits. See README.md."""
