"""Where tensors live and on how many processors work runs: devices, seeds, threads, clusters."""
