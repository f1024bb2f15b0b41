"""Ratings that a listener gives: in files, in a form, on the command line."""
