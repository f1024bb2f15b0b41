"""What Everheard is fast at, against a floor and against peers: one file a question."""
