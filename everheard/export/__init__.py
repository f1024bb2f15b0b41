"""Views in, files out: the ledger as files and databases that other programs read.

``relations.py`` says what leaves, ``snapshot.py`` brings it out of one moment of the ledger,
``targets.py`` knows the words that can be typed; a module each for what is written.
"""
