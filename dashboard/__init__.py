"""The web page: data in, pages out. It knows the shapes of everheard.report and nothing else."""
