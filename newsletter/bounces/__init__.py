"""What comes back after a mail was handed over: bounces and complaints, by webhook or as mails."""
