"""Word files in the XML format (DOCX): paragraphs, tables and the styles that number them."""
