"""Ledgers that other programs of this trade kept: one table or collection of plays."""
