"""Handing an issue over to the mail server: claimed by lease, asked again, sent once, recorded."""
