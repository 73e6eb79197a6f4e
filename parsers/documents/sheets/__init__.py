"""Workbooks: each sheet to grids and paragraphs. They are opened in a process of their own."""
