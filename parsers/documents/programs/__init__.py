"""Programs of others that are run: how they are bounded, and LibreOffice for the old formats."""
