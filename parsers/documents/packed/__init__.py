"""Files that hold other files: archives, OLE containers, ZIP packages and MHTML pages."""
