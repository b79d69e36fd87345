"""Files: text to Statements and back. Strangers to networks and to law."""
