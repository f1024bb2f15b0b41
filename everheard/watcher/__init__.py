"""Watch what plays: samples in, playbacks out, measured as they were heard."""

#: Where a machine's watcher keeps its file, below the data folder.
FOLDER = "watcher"
