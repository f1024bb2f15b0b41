"""Spotify's privacy export -> rows: files found, read, judged and laid out for the ledger.

``sources`` finds the files, ``archive`` opens zips with care, ``reader`` reads a batch with
DuckDB, ``repair`` reads a damaged file row by row, ``account`` adds up what became of it all.
``folder`` is where that happens on disk.
"""
