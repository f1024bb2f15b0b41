"""Spotify over HTTP: dicts out, one typed error per case; knows neither rows nor database.

``sender`` sends and retries, ``answer`` reads what came back, ``auth`` keeps the
sign-in alive, ``client`` asks the Web API's questions, ``errors`` names what can go wrong.
"""
