"""Watch what plays: samples in, playbacks out, measured as they were heard."""
