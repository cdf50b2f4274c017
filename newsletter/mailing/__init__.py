"""The digest as a mail: composed once for all who get the same, made ready for each recipient."""
