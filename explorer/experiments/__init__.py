"""What a run is, and what comes of it: training, measurements, trials, counts."""
