"""Records in, files out. Knows the records and the codebook of ``parsers``, and nothing else of ours."""
