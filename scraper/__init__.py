"""From a list of sites to the bytes of their reports: finding, asking politely, archiving. Imports nothing of ours."""
