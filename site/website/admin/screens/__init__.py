"""The screens of daily work: find a buyer, give money back, look at an issue, lift a suppression."""
