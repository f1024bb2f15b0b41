"""The rims: a function for each place that text leaves to, and one scrub before all of them.

Names come from Spotify, from files and from strangers' catalogues, and may hold anything. Inside
they stay as they came; where they leave, they are made fit for where they go: a terminal, Markdown,
a workflow's log, a cell, XML.
"""
