"""Keep jobs going until told to stop, by one schedule file: ``python -m runner FOLDER``.

``schedule.toml`` says how often each job runs, wherever it runs. Standard library only, so that
what waits all day is small.
"""
