"""Text messages: signature, claims, one path shared with the web, callback questions, and fitting words to a text."""
