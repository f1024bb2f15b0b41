"""What wraps a job: its options, its ledger, its sign-ins, its end."""
