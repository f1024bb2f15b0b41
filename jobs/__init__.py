"""What runs on a schedule: one file a job, each reads top to bottom."""
