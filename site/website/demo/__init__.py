"""The whole of Carrel on one machine, for trying it: `make run`.

What is missing from the settings is filled with visible examples: a stand-in for Stripe, a mailbox that
swallows every mail, a key made on the spot. Nothing here can reach a public site or real money.
"""
