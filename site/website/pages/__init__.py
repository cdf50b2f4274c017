"""What a reader sees: home, exam, topic, article, search, account, plain pages."""
