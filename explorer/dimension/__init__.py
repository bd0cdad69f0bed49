"""Networks on the same modes in 2 to 64 dimensions: how often they hallucinate, where, and what cures it."""
