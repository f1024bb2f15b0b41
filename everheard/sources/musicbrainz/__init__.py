"""MusicBrainz: genres of artists, where the listener wants them."""
