"""Files become documents: their text as read, their blocks, headings and pages."""
