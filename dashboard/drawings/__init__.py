"""Drawings: numbers in, SVG out. The stylesheet gives the ink, so that a theme needs no redrawing.

Three signs carry the promise: ``m`` filled is measured, ``e`` hollow is estimated,
``g`` red was not seen. ``k1`` to ``k5`` are steps from little to much.
"""
