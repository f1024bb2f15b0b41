"""What the ledger says, read once from the views, for the pages that show it."""
