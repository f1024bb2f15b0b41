"""Asking for what the ledger lacks, most listened first, within the day's calls."""
