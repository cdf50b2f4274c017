"""The account at Stripe in figures: its balance transactions, sums by month, payouts, files for an accountant."""
