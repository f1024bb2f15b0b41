"""The pipeline's own tables: runs, sign-ins, quota, tokens, and the health they tell of."""
