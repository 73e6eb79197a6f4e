"""What is timed, against what. Run from the repository root; results are printed, nothing is kept."""
