"""Evidence: the ledger as owners and auditors read it, line by line and in packs (P12)."""
