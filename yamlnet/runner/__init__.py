"""Training: the step seam, the loop, and the run folder that keeps everything."""
