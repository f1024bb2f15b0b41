"""What is done with GitHub: its tool, its issues, its schedules, the end of a run in Actions."""
